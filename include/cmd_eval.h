/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CMD_EVAL_H
#define NFCLASS_CMD_EVAL_H

#include "cmd.h"

/* What the ways to judge share.  Classes are numbered as the judged model numbers them;
 * labels of the data that it does not know follow. */
struct eval {
	const struct options *o;
	struct dataset d;
	struct names captures; /* by trace, where all of the data is captures */
	struct names classes, about;
	uint32_t *class_of; /* by label of d */
	struct judge sum;
	struct early early;            /* when it was asked for */
	double (*score)[JUDGE_SCORES]; /* a row a repeat */
	struct holdout *split;         /* one a repeat, or NULL */
	size_t repeats;                /* so far */
	double *importance;            /* by feature: sum over models */
	size_t models;                 /* that it is of */
	bool warned;                   /* of a leak */
	struct dataset foreign;        /* to be called Unknown, where asked for */
	struct report_unknown *unknown;
	size_t unknowns;
};

int eval_no_memory(struct fault *f);

/* A line about what was judged and how. */
void eval_about(struct eval *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Number the classes: those that are known first. */
int eval_classes(struct eval *e, const struct names *known, struct fault *f);

/* Let m name what is to be judged of the data, traces by themselves or laid over each
 * other, and add what comes out to the sums, as one more repeat. */
int eval_judge(struct eval *e, const struct model *m, const struct holdout *h,
               struct fault *f);

/* Judge what m would have said before bursts ended. */
int eval_early(struct eval *e, const struct model *m, const struct holdout *h,
               struct fault *f);

/* Keep what m says of the importance of features. */
void eval_note_model(struct eval *e, const struct model *m);

/* Read what is foreign. */
int eval_load_foreign(struct eval *e, struct fault *f);

/* Have m tell what is foreign from what h judges. */
int eval_unknown(struct eval *e, const struct model *m, const struct holdout *h,
                 struct fault *f);

/* For each class, train without it and tell it from the others. */
int eval_open(struct eval *e, const struct holdout *h, const struct train_params *p,
              struct fault *f);

/* The data judged by a model, and by models of parts of the data. */
int eval_model(struct eval *e, const struct model *m, const char *name, struct fault *f);
int eval_splits(struct eval *e, struct fault *f);

#endif
