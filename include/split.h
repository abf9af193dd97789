/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_SPLIT_H
#define NFCLASS_SPLIT_H

#include <stdbool.h>

#include "codes.h"
#include "rng.h"

/* The best cut of one node's records (see codes.h) by Gini impurity.  Sums are whole
 * numbers and scores are compared as fractions, so the result is exact and the same on
 * every machine; it holds up to SPLIT_WEIGHT_MAX rows. */
#define SPLIT_WEIGHT_MAX ((1U << 22) - 1)

/* Records whose rank in feature is at most rank go left.  num / den is the sum over both
 * sides of (sum of squared class counts) / count: the larger, the purer.  den is 0 as
 * long as no split was found. */
struct split {
	unsigned feature;
	uint32_t rank;
	uint64_t num, den;
};

struct splitter {
	const struct codes *codes;
	uint32_t min_leaf;
	/* the node */
	const uint16_t *record;
	size_t n;
	uint32_t weight;  /* rows, counting repeats */
	uint64_t squares; /* sum of squared class counts */
	unsigned classes; /* that occur */
	uint32_t *total;  /* by class */
	/* scratch */
	uint32_t *left; /* by class, all zero between calls */
	uint32_t *key, *key2;
	uint32_t *bin;
};

/* 0 or -ENOMEM; to be cleared in either case. */
int splitter_init(struct splitter *s, const struct codes *codes, uint32_t min_leaf);
void splitter_clear(struct splitter *s);

/* Turn to a node of n records (1 and up, weights above 0). */
void splitter_node(struct splitter *s, const uint16_t *record, size_t n);

/* Try every cut of a feature, or one at random; a better one replaces *best. */
void split_best(struct splitter *s, unsigned feature, struct split *best);
void split_random(struct splitter *s, unsigned feature, struct rng *rng,
                  struct split *best);

#endif
