/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_FOREST_H
#define NFCLASS_FOREST_H

#include <stdbool.h>

#include "dataset.h"

/* Random forest of CART trees (Breiman, "Random forests", 2001): a bootstrap sample for
 * each tree, Gini impurity, a random choice of features at each split, probabilities
 * averaged over the leaves' class shares. */
struct forest;

struct forest_params {
	unsigned trees; /* 1 to 10000 */
	unsigned mtry; /* features tried at a split; 0 for the square root of their number
	                */
	unsigned min_leaf; /* fewest samples in a leaf, 1 and up */
	unsigned threads;  /* 1 and up; never changes the result */
	uint64_t seed;
};

struct forest_params forest_defaults(void);

/* What a tree gives in votes altogether: a pure leaf all of it to one class. */
#define FOREST_UNIT 65536

/* What the trees that did not see a row say of it: votes[row * classes + class], and of
 * how many trees they come (0 for a row that every tree has seen). */
struct forest_oob {
	uint32_t *votes, *trees;
	double accuracy; /* share of rows with trees > 0 that the most votes name rightly
	                  */
};

/* Called from the training thread that made progress, one at a time; NULL for none. */
typedef void forest_progress(void *arg, unsigned done, unsigned all);

/* Train on the count rows of d listed in rows (any order, repeats allowed).  Same data,
 * rows and seed give the same forest whatever the threads.  oob may be NULL; else its
 * arrays are made for count rows, in the order of rows, and ended by forest_oob_clear().
 * NULL on failure with *f filled. */
struct forest *forest_train(const struct dataset *d, const uint32_t *rows, size_t count,
                            const struct forest_params *p, struct forest_oob *oob,
                            struct fault *f);
void forest_free(struct forest *fo);
void forest_oob_clear(struct forest_oob *oob);

unsigned forest_trees(const struct forest *fo);
unsigned forest_classes(const struct forest *fo);
unsigned forest_features(const struct forest *fo);

/* votes[class] for one row of features; they add up to trees * FOREST_UNIT. */
void forest_votes(const struct forest *fo, const float *x, uint32_t *votes);

#endif
