/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_REPORT_H
#define NFCLASS_REPORT_H

#include <stdio.h>

#include "early.h"
#include "holdout.h"
#include "judge.h"
#include "unknown.h"

/* Judgements as people and programs want to see them. */

/* What was said of foreign burst-flows: sums over rounds. */
struct report_unknown {
	const char *name; /* a folder, or the class that was left out */
	bool left_out;
	size_t rounds;
	uint64_t known, foreign;         /* burst-flows */
	struct unknown_figures own, all; /* by own votes, by all evidence */
};

struct report {
	const struct names *classes; /* of the judge, by number */
	const struct names *about;   /* KEY=VALUE: what was judged and how */
	const struct judge *sum;     /* over all repeats */
	size_t repeats;
	const double (*score)[JUDGE_SCORES]; /* one row a repeat */
	const struct holdout *split;         /* one a repeat, or NULL */
	const struct names *traces;          /* that split speaks of */
	const struct names *features;
	const double *importance; /* by feature: mean over models; NULL: not known */
	const struct report_unknown *unknown;
	size_t unknowns; /* 0 where it was not asked for */
	const struct early *early;           /* over all repeats, or NULL */
};

/* Mean over the repeats and standard deviation between them (of the sample; 0 for one).
 */
void report_score(const struct report *r, enum judge_score s, double *mean, double *sd);

/* The table of scikit-learn 0.19's classification_report(), the scores, and the confusion
 * matrix (of many classes its largest entries only).  Errors stay with out. */
void report_text(const struct report *r, FILE *out);

/* One JSON object with all of it. */
void report_json(const struct report *r, FILE *out);

/* One page of HTML that needs nothing else. */
void report_html(const struct report *r, FILE *out);

/* The part of each that tells of foreign burst-flows. */
void report_unknown_text(const struct report *r, FILE *out);
void report_unknown_json(const struct report *r, FILE *out);
void report_unknown_html(const struct report *r, FILE *out);

/* Numbers of the features, most important first, into order[]. */
void report_importance(const struct report *r, uint32_t *order);

/* Accuracy of those that are named when a confidence of step / JUDGE_STEPS is asked for,
 * and the share that is named: of a curve that ends at coverage 1 with step 0. */
void report_curve(const struct judge *j, unsigned step, double *coverage,
                  double *accuracy);

#endif
