/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TRIAL_H
#define NFCLASS_TRIAL_H

#include "judge.h"
#include "train.h"

/* Which forest suits the data, found by cross-validation: in each of so many rounds
 * another part of the traces of each class is judged by what the others teach.  From the
 * forest that one begins with, one choice after the other is tried in all of its values,
 * and the best is kept before the next comes; all combinations would take days. */

#define TRIAL_SETTINGS_MAX 32
#define TRIAL_SOURCES_MAX  16

/* Scores that differ by no more are equal: the smaller forest is then better. */
#define TRIAL_EQUAL        0.001

struct trial_setting {
	struct forest_params forest;
	uint32_t learn_packets; /* as in struct teach_params */
	/* Weighted F1 of burst-flows by all evidence: mean over sources of the mean over
	 * folds, its standard deviation over folds, and each source's mean. */
	double f1, sd, by_source[TRIAL_SOURCES_MAX];
	double nodes; /* of the forest: mean over folds */
};

struct trial {
	const struct dataset *d;
	const uint32_t *source;     /* by trace: which of the sources it comes from */
	uint32_t sources;           /* 1 to TRIAL_SOURCES_MAX */
	unsigned folds;             /* 2 and up */
	struct train_params params; /* to begin with; its threads and seed are kept */
	/* Called before each setting with how many are done, and how many there are. */
	void (*progress)(void *arg, unsigned done, unsigned all);
	void *progress_arg;
};

/* Fill tried[], in the order of trying, and its *count; *best is the number of the one to
 * take.  0 or -errno with *f filled. */
int trial_run(const struct trial *s, struct trial_setting *tried, unsigned *count,
              unsigned *best, struct fault *f);

#endif
