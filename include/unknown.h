/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_UNKNOWN_H
#define NFCLASS_UNKNOWN_H

#include <stdbool.h>
#include <stddef.h>

/* How well foreign burst-flows, of apps that a model never saw, are told from known ones.
 */

/* How doubtful each burst-flow of one kind is: the larger, the sooner it is called
 * Unknown.  All zero is empty. */
struct unknown_doubts {
	float *doubt;
	size_t count, room;
	size_t called; /* Unknown, where the model draws the line */
};

/* 0 or -ENOMEM. */
int unknown_add(struct unknown_doubts *u, float doubt, bool called);
void unknown_clear(struct unknown_doubts *u);

/* The share of known ones that may be called Unknown, for foreign_at_limit. */
#define UNKNOWN_LIMIT 0.05

struct unknown_figures {
	/* Shares that are called Unknown where the model draws the line. */
	double foreign_called, known_called;
	/* Share of the foreign that are more doubtful than all known ones but
	 * UNKNOWN_LIMIT of them. */
	double foreign_at_limit;
	/* How likely a foreign one is more doubtful than a known one, of equals half
	 * (Mann and Whitney, "On a test of whether one of two random variables is
	 * stochastically larger than the other", 1947). */
	double auroc;
};

/* Sorts both. All shares of nothing are 0. */
void unknown_compare(struct unknown_doubts *known, struct unknown_doubts *foreign,
                     struct unknown_figures *figures);

#endif
