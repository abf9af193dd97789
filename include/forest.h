/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_FOREST_H
#define NFCLASS_FOREST_H

#include <stdbool.h>

#include "tree.h"

/* Random forest of CART trees (Breiman, "Random forests", 2001): a bootstrap sample for
 * each tree, Gini impurity, a random choice of features at each split, probabilities
 * averaged over the leaves' class shares. */
struct forest;

/* Called from the training thread that made progress, one at a time. */
typedef void forest_progress(void *arg, unsigned done, unsigned all);

struct forest_params {
	unsigned trees; /* 1 to FOREST_TREES_MAX */
	unsigned mtry; /* features tried at a split; 0: the square root of their number */
	unsigned min_leaf; /* fewest rows (repeats count) in a leaf, 1 and up */
	unsigned threads;  /* 1 and up; never changes the result */
	uint64_t seed;
	bool bootstrap; /* a sample with replacement for each tree; else all rows */
	/* The sample is of whole traces by class, where each class has BAGS_LEAST or
	 * more: then out-of-bag votes know nothing of a row's trace. */
	bool by_trace;
	/* How much less a row counts for the number of rows that its trace, and its
	 * class, have; 0 to 1 each. */
	struct bags_powers power;
	/* Cut tried features at random places (Geurts, Ernst and Wehenkel, "Extremely
	 * randomized trees", 2006). */
	bool extra;
	/* By feature: those that half the trees, the narrow ones, may ask for; borrowed.
	 * NULL: all trees may ask for all, and are as good as narrow. */
	const bool *narrow;
	/* By row of the list: its class, or FOREST_AMBIGUOUS or FOREST_LEFT_OUT;
	 * borrowed. NULL: each as its class. */
	const uint32_t *taught;
	forest_progress *progress; /* may be NULL */
	void *progress_arg;
};

/* 100 trees, bootstrap by row, leaves of one row, one thread, seed 1. */
struct forest_params forest_defaults(void);

/* How a row may be taught instead of as its class: as what has no name, and trees keep
 * the votes for it to themselves; or not at all. */
#define FOREST_AMBIGUOUS    CODES_NAMELESS
#define FOREST_LEFT_OUT     CODES_LEFT_OUT

#define FOREST_TREES_MAX    10000
#define FOREST_FEATURES_MAX CODES_FEATURES_MAX
#define FOREST_CLASSES_MAX  CODES_CLASSES_MAX
#define FOREST_ROWS_MAX     SPLIT_WEIGHT_MAX

/* What a tree gives in votes altogether: a pure leaf all of it to one class. */
#define FOREST_UNIT         TREE_UNIT

/* What the trees that did not see a row say of it: votes[row * classes + class], and of
 * how many trees they come (0 for a row that every tree has seen). */
struct forest_oob {
	uint32_t *votes, *trees;
	uint32_t *narrow_votes, *narrow_trees; /* those of narrow trees */
	/* Share of rows with trees > 0 that the most votes name rightly. */
	double accuracy;
	/* By feature.  gini: the share of impurity that its splits removed, adding up to
	 * 1.  permutation: how much of the vote for the right class is lost when the
	 * feature's values are shuffled among the rows that a tree has not seen. */
	float *gini, *permutation;
};

/* Some rows of a data set, by number, in any order; repeats count. */
struct forest_rows {
	const struct dataset *d;
	const uint32_t *row;
	size_t count;
};

/* upto[i] is the sum of what the rows up to and with the i-th weigh in training; 0 or
 * -ENOMEM. */
int forest_weights(const struct forest_rows *rows, const struct forest_params *p,
                   double *upto);

/* Train on these rows.  Same data, rows and seed give the same forest whatever the
 * threads.  oob may be NULL; else its arrays are made for the rows, in their order, and
 * ended by forest_oob_clear() also on failure.  NULL on failure with *f filled. */
struct forest *forest_train(const struct forest_rows *rows, const struct forest_params *p,
                            struct forest_oob *oob, struct fault *f);
void forest_free(struct forest *fo);
void forest_oob_clear(struct forest_oob *oob);

unsigned forest_trees(const struct forest *fo);
unsigned forest_narrow_trees(const struct forest *fo);
unsigned forest_classes(const struct forest *fo);
unsigned forest_features(const struct forest *fo);

/* votes[class] for one row of features; they add up to trees * FOREST_UNIT, or to less
 * where something was taught that has no name: what is missing is for that. */
void forest_votes(const struct forest *fo, const float *x, uint32_t *votes);

/* Both of all trees and of the narrow ones, for many rows at once, a good deal faster:
 * row after row of features in, for each row FOREST_VIEWS rows of votes out.  work is
 * scratch memory of forest_work_size(fo, rows) bytes, aligned for floats. */
size_t forest_work_size(const struct forest *fo, size_t rows);
enum forest_view { FOREST_ALL, FOREST_NARROW, FOREST_VIEWS };
void forest_views(const struct forest *fo, const float *x, size_t rows, void *work,
                  uint32_t *votes);

/* The class with the most votes; of equal ones the first. */
uint32_t forest_best(const uint32_t *votes, uint32_t classes);

/* What a forest is made of, for those who keep it in files: its trees, whose mixed leaves
 * share one table. */
struct forest_parts {
	unsigned trees, classes, features;
	unsigned wide; /* so many first trees are not narrow; fewer than trees */
	struct tree *tree;
	struct tree_shares shares;
};
const struct forest_parts *forest_parts(const struct forest *fo);
void forest_parts_clear(struct forest_parts *parts);

/* A forest of parts that were proven good; it takes them over.  NULL when memory is
 * short; the parts are then still the caller's. */
struct forest *forest_of(struct forest_parts *parts);

#endif
