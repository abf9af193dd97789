/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_HOLDOUT_H
#define NFCLASS_HOLDOUT_H

#include "dataset.h"

/* Rows to learn from and rows to judge on.  Whole traces go to one side or the other,
 * since burst-flows of one trace are too alike to judge each other; and the share is kept
 * in each class. */
struct holdout {
	uint32_t *learn, *judge; /* row numbers, ascending */
	size_t learn_count, judge_count;
	uint32_t *judge_traces; /* trace numbers, in the order of their names */
	uint32_t judge_trace_count;
};

/* share (between 0 and 1) of each class's traces to learn from, rounded, but at least one
 * on either side; of a class's only trace is learned.  The same names, share, seed and
 * round give the same sides, whatever the order of rows.  0 or -ENOMEM; ended by
 * holdout_clear() in either case. */
int holdout_make(struct holdout *h, const struct dataset *d, double share, uint64_t seed,
                 uint64_t round);

/* The fold-th of folds parts of each class's traces to judge on, the others to learn
 * from: over all folds each trace is judged once.  A part of a class with fewer traces
 * than folds may be empty. */
int holdout_fold(struct holdout *h, const struct dataset *d, unsigned folds,
                 unsigned fold, uint64_t seed);

/* holdout_make() with single rows for traces, which flatters: for comparison only.  The
 * traces to judge are then left empty. */
int holdout_rows(struct holdout *h, const struct dataset *d, double share, uint64_t seed,
                 uint64_t round);

/* Everything to judge on, nothing to learn from. */
int holdout_all(struct holdout *h, const struct dataset *d);
void holdout_clear(struct holdout *h);

#endif
