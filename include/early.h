/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_EARLY_H
#define NFCLASS_EARLY_H

#include "judge.h"

/* How good labels are that do not wait for the end of a burst: a curve over the number of
 * packets that a burst-flow has when it gets its provisional label. */

struct early_point {
	uint32_t packets; /* 0 for all of them: final labels only */
	/* Every burst-flow, by its provisional label or, when it never had so many
	 * packets, by its final one. */
	struct judge all;
	/* Those that had so many packets: their provisional labels, and their final ones.
	 * Of bursts and traces these three say nothing. */
	struct judge reached, later;
};

#define EARLY_POINTS 11

struct early {
	struct early_point point[EARLY_POINTS]; /* by packets, all of them last */
};

/* false when memory is short; ended by early_clear() in either case. */
bool early_init(struct early *e, uint32_t classes);
void early_clear(struct early *e);

/* What a point says, as shares. */
struct early_scores {
	double f1; /* weighted */
	double accuracy, coverage, named_accuracy;
	double reached; /* the share that had so many packets; of these: */
	double reached_accuracy, reached_coverage, reached_named_accuracy;
	double later_accuracy; /* by their final labels */
};
struct early_scores early_scores(const struct early_point *p);

#endif
