/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TREE_H
#define NFCLASS_TREE_H

#include <string.h>

#include "bags.h"
#include "split.h"

/* One CART tree (Breiman et al., "Classification and regression trees", 1984): how it is
 * kept, walked and grown. */

/* What a leaf gives in votes altogether: a pure leaf all of it to one class. */
#define TREE_UNIT 65536

/* 8 bytes, so that a cache line holds eight.  link is child << 7 | feature; a row whose
 * x[feature] is at most threshold goes to child, any other to child + 1.  In a leaf the
 * feature is TREE_LEAF, child is the leaf itself and threshold holds its code: walked
 * with x[TREE_LEAF] = -INFINITY it leads to itself, so trees of any depth can be walked
 * side by side without a branch.  Node 0 is the root; node 1 is a spare leaf, so that
 * siblings begin at even numbers and share a cache line. */
struct tree_node {
	float threshold;
	uint32_t link;
};

#define TREE_LEAF      127
#define TREE_WIDTH     128 /* floats in a row that is walked */
#define TREE_NODES_MAX (1U << 25)

struct tree {
	struct tree_node *node;
	uint32_t nodes; /* even, the spare included */
};

/* Class shares of impure leaves: entries of leaf i are first[i] to first[i + 1] - 1, with
 * ascending classes; their shares add up to TREE_UNIT, or to less where the leaf is in
 * part or altogether for what has no name. */
struct tree_shares {
	uint32_t *first;
	uint16_t *label, *share;
	uint32_t count, entries;
	uint32_t room, entries_room;
};

/* A leaf's code is its class, or the number of classes + i for shares i.  The bits that
 * are added make it a positive float above 2. */
#define TREE_CODE_MAX (1U << 28)

static inline struct tree_node tree_leaf(uint32_t at, uint32_t code)
{
	struct tree_node n = { 0, at << 7 | TREE_LEAF };

	code |= 1U << 30;
	memcpy(&n.threshold, &code, sizeof(code));
	return n;
}

static inline uint32_t tree_code(struct tree_node leaf)
{
	uint32_t code;

	memcpy(&code, &leaf.threshold, sizeof(code));
	return code & ~(1U << 30);
}

static inline bool tree_is_leaf(struct tree_node n)
{
	return (n.link & TREE_LEAF) == TREE_LEAF;
}

/* Of a split: its feature and the first of its children. */
static inline unsigned tree_feature(struct tree_node n)
{
	return n.link & TREE_LEAF;
}

static inline uint32_t tree_child(struct tree_node n)
{
	return n.link >> 7;
}

/* From one node to the next.  NaN goes to the second child. */
static inline uint32_t tree_step(struct tree_node n, const float *x)
{
	return (n.link >> 7) + !(x[n.link & TREE_LEAF] <= n.threshold);
}

/* Append entries that are shares already.  The number of the new leaf or UINT32_MAX. */
uint32_t tree_share_add(struct tree_shares *s, const uint16_t *label,
                        const uint16_t *share, uint32_t n);
void tree_shares_clear(struct tree_shares *s);

struct tree_params {
	unsigned mtry; /* 1 up to the number of features */
	unsigned min_leaf;
	bool extra;         /* cuts at random */
	unsigned wide;      /* so many first trees may ask for all features */
	const bool *narrow; /* by feature: the others for these; NULL: for all */
	bool bootstrap;
	const struct bags *bags; /* draw these instead of rows; NULL for rows */
	const double *upto;      /* weights, of bags_weights(); NULL: all the same */
};

/* What a thread needs to grow trees. */
struct grower {
	const struct codes *codes;
	struct tree_params params;
	struct rng rng;
	struct splitter splitter;
	uint16_t *record, *spare;
	uint16_t *times;                        /* by row: how often the sample has it */
	uint16_t *bag_times;                    /* by bag */
	unsigned asks, ask[CODES_FEATURES_MAX]; /* features that the tree may ask for */
	struct tree_node *node;
	uint32_t nodes;
	struct tree_shares shares;
	double gain[CODES_FEATURES_MAX]; /* impurity removed, by feature */
	struct grower_span *stack;
};

/* 0 or -ENOMEM; to be cleared in either case. */
int grower_init(struct grower *g, const struct codes *codes,
                const struct tree_params *params);
void grower_clear(struct grower *g);

/* Grow tree number stream of this seed: g->node, g->shares, g->times and g->gain hold it
 * until the next call.  0 or -ENOMEM. */
int grower_run(struct grower *g, uint64_t seed, uint64_t stream);

/* Whether the tree knows a row, or with bags any row of its trace. */
bool grower_knows(const struct grower *g, size_t row);

#endif
