/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_JUDGE_H
#define NFCLASS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How good labels are: what was said of burst-flows whose class is known. */

/* What was said of one burst-flow. */
struct judge_case {
	uint32_t truth, best; /* best also when the answer was Unknown */
	float confidence;     /* 0 to 1 */
	float doubt;          /* the larger, the sooner Unknown */
	bool named;           /* not called Unknown */
	/* Cases of one trace are judged as one for each truth: of traces laid over each
	 * other, each is judged by itself, and so are their shares of a burst. */
	uint32_t trace;
	uint64_t burst; /* unique within the trace */
};

#define JUDGE_STEPS 100
#define JUDGE_BINS  10 /* of as many steps each */

/* Sums of judgements, which add up over repeats. */
struct judge {
	uint32_t classes;
	uint64_t *matrix; /* [truth * classes + best]: how many cases */
	uint64_t *named;  /* [truth]: cases not called Unknown */
	uint64_t *named_right;
	uint64_t bursts, bursts_right, traces, traces_right;
	/* By confidence in steps of 1 / JUDGE_STEPS: cases, and those of which best is
	 * right. */
	uint64_t step[JUDGE_STEPS + 1], step_right[JUDGE_STEPS + 1];
	double confidence[JUDGE_BINS]; /* sum over the cases of a bin */
};

/* false when memory is short; ended by judge_clear() in either case. */
bool judge_init(struct judge *j, uint32_t classes);
void judge_clear(struct judge *j);

/* Judge a case by itself: bursts and traces are not counted. */
void judge_one(struct judge *j, const struct judge_case *c);

/* What names bursts and traces: a row of width numbers (at most classes) a case, by
 * class. The largest of the sums over a burst, or a trace, names it. */
struct judge_weights {
	uint32_t width;
	const float *burst, *trace;
};

/* Judge n cases, in any order, all of one trace in one call.  false when memory is short.
 */
bool judge_cases(struct judge *j, const struct judge_case *c, size_t n,
                 const struct judge_weights *w);

/* Add from to to, both with the same classes. */
void judge_add(struct judge *to, const struct judge *from);

struct judge_class {
	double precision, recall, f1; /* 0 where the denominator is */
	uint64_t support, given;      /* cases of the class, and cases called it */
};

struct judge_class judge_class(const struct judge *j, uint32_t c);

/* The cases whose confidence lies in a bin: how many, their mean confidence, and the
 * share of which best is right.  Well calibrated, the two are equal. */
struct judge_bin {
	uint64_t cases;
	double confidence, accuracy; /* 0 without cases */
};

struct judge_bin judge_bin(const struct judge *j, unsigned bin);

/* Shares of all; precision, recall and f1 are weighted by support, as scikit-learn's
 * "avg / total". */
enum judge_score {
	JUDGE_PRECISION,
	JUDGE_RECALL,
	JUDGE_F1,
	JUDGE_MACRO_F1,       /* mean over classes with support */
	JUDGE_FLOW_ACCURACY,  /* of burst-flows, Unknown off */
	JUDGE_BURST_ACCURACY, /* of bursts by the sums over their flows */
	JUDGE_TRACE_ACCURACY,
	JUDGE_COVERAGE,       /* not called Unknown */
	JUDGE_NAMED_ACCURACY, /* right among those */
	/* Mean over cases of what confidence and accuracy differ in their bin: expected
	 * calibration error (Naeini, Cooper and Hauskrecht, "Obtaining well calibrated
	 * probabilities using Bayesian binning", 2015). */
	JUDGE_CALIBRATION_ERROR,
	JUDGE_SCORES
};

/* The words for a score, in people's output and as a JSON key. */
const char *judge_score_title(enum judge_score s);
const char *judge_score_key(enum judge_score s);

void judge_scores(const struct judge *j, double score[static JUDGE_SCORES]);

uint64_t judge_count(const struct judge *j);

#endif
