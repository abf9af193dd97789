/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_NOVELTY_H
#define NFCLASS_NOVELTY_H

#include "bytes.h"
#include "forest.h"

/* How unlike a burst-flow is to all that a model learned from.  A forest is as sure of
 * what it never saw as of what it knows.  So each leaf of a few trees keeps a box: the
 * least and the largest value that each feature had among the leaf's training rows.  The
 * share of features that lie outside, over all trees, is the novelty of a row: 0 is just
 * like others before, 1 like none.  What a row of known classes has on its own, with
 * trees that know nothing of its trace, says from which novelty on a row is called
 * Unknown, at a stated share of false alarms (inductive conformal anomaly detection:
 * Laxhammar and Falkman, "Conformal prediction for distribution-independent anomaly
 * detection in streaming vessel data", 2010).
 *
 * Values are compared as codes: a feature's cuts are quantiles of its training values; a
 * code is the number of cuts below the value and of those up to it. */
#define NOVELTY_CUTS  127 /* so that a code fits in a byte */
#define NOVELTY_TREES 20
#define NOVELTY_NEVER 2.0F /* a limit that no novelty reaches */

/* A row whose code of ask is at most cut goes to next, any other to next + 1; a leaf
 * leads to itself.  Node 0 of a tree is its root. */
struct novelty_node {
	uint32_t next; /* of all nodes */
	uint16_t ask, cut;
};

struct novelty {
	unsigned trees; /* 0: nothing was learned and nothing is novel */
	unsigned asks;  /* so many features are looked at */
	uint8_t ask[FOREST_FEATURES_MAX]; /* which, ascending */
	float (*cut)[NOVELTY_CUTS + 1]; /* of each, ascending, INFINITY behind the last */
	uint8_t cuts[FOREST_FEATURES_MAX];
	uint32_t root[NOVELTY_TREES + 1]; /* of trees, then the number of nodes */
	struct novelty_node *node;
	uint32_t *box_of; /* by node: of a leaf the number of its box */
	uint32_t boxes;
	uint8_t *box; /* a row of least and one of largest codes, novelty_width() each */
	/* More doubt is novel: in the light of the client's other burst-flows, and alone.
	 */
	float limit, limit_alone;
};

/* Codes in a row: a multiple of what is compared at once; those behind the last feature
 * are 0. */
#define NOVELTY_LANES 16
static inline unsigned novelty_width(const struct novelty *n)
{
	return (n->asks + NOVELTY_LANES - 1) / NOVELTY_LANES * NOVELTY_LANES;
}

/* Novelty, and a little of what confidence leaves open: so much of it found most of the
 * apps that were left out of cs4516-a and -b, and no fewer of others. */
#define NOVELTY_CONFIDENCE 0.2F
static inline float novelty_doubt(float novelty, float confidence)
{
	return novelty + NOVELTY_CONFIDENCE * (1 - confidence);
}

void novelty_clear(struct novelty *n);

/* Learn from rows, looking only at features of which only[feature] is true (NULL: at
 * all).  unseen[i] gets the novelty of row i by trees that have not seen its trace; by
 * trees that have not seen the row where traces are few.  0 or -ENOMEM; n, empty before,
 * is to be cleared in either case. */
int novelty_learn(struct novelty *n, const struct forest_rows *rows, const bool *only,
                  uint64_t seed, float *unseen);

/* The limit at which this share of n doubts would be called novel; sorts them. */
float novelty_limit(float *doubt, size_t n, double share);

/* The codes of a row of all features; there is room for novelty_width() of them. */
void novelty_code(const struct novelty *n, const float *x, uint8_t *code);

/* The leaf of a tree that codes lead to. */
uint32_t novelty_leaf(const struct novelty *n, unsigned tree, const uint8_t *code);

/* How many of the codes lie outside a box. */
unsigned novelty_outside(const struct novelty *n, uint32_t box, const uint8_t *code);

/* Of one row of all features: 0 to 1. */
float novelty_of(const struct novelty *n, const float *x);

/* A feature of a row that lies outside of boxes: below that many, and above that many.
 * What is known is what lies within any of the boxes on the side that more of them are
 * on: from least to largest, without an end that is open.  Values between two cuts count
 * as one, so an end may be as far off as the next cut. */
struct novelty_stray {
	unsigned feature; /* of all features */
	unsigned below, above;
	float least, largest; /* finite */
	bool least_open, largest_open;
	int steps; /* codes between the value and what is known */
};

/* Fill stray, room for n->asks, with those features of a row that any box is left by; the
 * most telling first: left by most boxes, then farthest off.  How many they are; the
 * boxes that each leaves, summed, are novelty_of() times n->trees times n->asks. */
unsigned novelty_tell(const struct novelty *n, const float *x,
                      struct novelty_stray *stray);

/* As bytes:
 *
 *   limits f32, f32; trees u8, asks u8
 *
 *   by asked feature: its number u8, cuts u8, each cut f32
 *
 *   by tree: splits varint
 *
 *   trees: each from the root, first children first: 1 + ask u8 and cut u8; or 0 and the
 *       box: asks least codes u8, asks largest codes u8
 *
 * The children of a node are a pair, and boxes are counted as leaves come. */
void novelty_pack(const struct novelty *n, struct bytes *b);

/* Read all of c, for rows of so many features.  What is accepted can be used without a
 * check, and memory stays in proportion to the bytes.  0, -EINVAL or -ENOMEM with the
 * reason in f; n, empty before, is to be cleared in either case. */
int novelty_parse(struct novelty *n, unsigned features, struct cursor c, struct fault *f);

#endif
