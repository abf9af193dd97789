/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_OOB_H
#define NFCLASS_OOB_H

#include "tree.h"

/* What a tree says of the rows that it has not seen (out of bag; Breiman, "Random
 * forests", 2001).  Many threads may add to the same sums: all are whole numbers, so that
 * the order does not matter. */
struct oob_votes {
	uint32_t *votes, *trees; /* by row and class, by row */
};

struct oob {
	const struct dataset *d;
	const uint32_t *rows;
	struct oob_votes all, narrow;
	unsigned wide; /* so many first trees are not narrow */
	int64_t *loss; /* by feature: votes for the right class that are lost */
	int64_t tried; /* votes that could have been lost */
};

/* Rows of one tree whose features are shuffled: over all trees enough for two digits, and
 * no more work than growing the trees was. */
#define OOB_SHUFFLED 512

/* Add the tree that g has just grown; list is scratch for as many numbers as rows. */
void oob_add(struct oob *o, const struct grower *g, uint64_t seed, uint64_t stream,
             uint32_t *list);

#endif
