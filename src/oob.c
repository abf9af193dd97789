/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oob.h"

#include <math.h>

/* So many rows go down a tree side by side, to wait for memory together. */
#define LANES 8

struct walk {
	const struct grower *g;
	float x[LANES][TREE_WIDTH];
	uint32_t leaf[LANES]; /* codes */
};

static void walk_tree(struct walk *w)
{
	const struct tree_node *node = w->g->node;
	uint32_t at[LANES] = { 0 }, moved;

	do {
		moved = 0;
		for (int l = 0; l < LANES; l++) {
			uint32_t next = tree_step(node[at[l]], w->x[l]);

			moved |= next ^ at[l];
			at[l] = next;
		}
	} while (moved);
	for (int l = 0; l < LANES; l++)
		w->leaf[l] = tree_code(node[at[l]]);
}

static const float *row_of(const struct oob *o, uint32_t at)
{
	return o->d->x + (size_t)o->rows[at] * o->d->features.count;
}

static void load(const struct oob *o, struct walk *w, int lane, uint32_t at)
{
	const float *x = row_of(o, at);

	for (uint32_t f = 0; f < o->d->features.count; f++)
		w->x[lane][f] = x[f];
	w->x[lane][TREE_LEAF] = -INFINITY;
}

static void add(uint32_t *to, uint32_t v)
{
	(void)__atomic_fetch_add(to, v, __ATOMIC_RELAXED);
}

static void add_votes(const struct oob_votes *to, const struct walk *w, int lane,
                      uint32_t at)
{
	const struct tree_shares *s = &w->g->shares;
	uint32_t classes = w->g->codes->named, code = w->leaf[lane];
	uint32_t *votes = to->votes + (size_t)at * classes;

	add(&to->trees[at], 1);
	if (code < classes) {
		add(&votes[code], TREE_UNIT);
		return;
	}
	code -= classes;
	for (uint32_t i = s->first[code]; i < s->first[code + 1]; i++)
		add(&votes[s->label[i]], s->share[i]);
}

/* What a leaf gives to a class. */
static int64_t share_for(const struct grower *g, uint32_t code, uint32_t label)
{
	const struct tree_shares *s = &g->shares;

	if (code < g->codes->named)
		return code == label ? TREE_UNIT : 0;
	code -= g->codes->named;
	for (uint32_t i = s->first[code]; i < s->first[code + 1]; i++)
		if (s->label[i] == label)
			return s->share[i];
	return 0;
}

/* Votes for the right class, over the lanes in use. */
static int64_t right_votes(const struct oob *o, struct walk *w, const uint32_t *at,
                           uint32_t n)
{
	int64_t sum = 0;

	walk_tree(w);
	for (uint32_t l = 0; l < n; l++)
		sum += share_for(w->g, w->leaf[l], o->d->row[o->rows[at[l]]].label);
	return sum;
}

/* The rows of list in random order take each other's values of a feature: row i that of
 * row i + shift. */
static void lose(struct oob *o, struct walk *w, const uint32_t *list, uint32_t n,
                 const uint32_t *shift)
{
	for (uint32_t first = 0; first < n; first += LANES) {
		uint32_t lanes = n - first < LANES ? n - first : LANES;
		int64_t whole;

		for (uint32_t l = 0; l < lanes; l++)
			load(o, w, (int)l, list[first + l]);
		whole = right_votes(o, w, list + first, lanes);
		for (uint32_t f = 0; f < o->d->features.count; f++) {
			for (uint32_t l = 0; l < lanes; l++) {
				uint32_t other = list[(first + l + shift[f]) % n];

				w->x[l][f] = row_of(o, other)[f];
			}
			(void)__atomic_fetch_add(&o->loss[f],
			                         whole - right_votes(o, w, list + first,
			                                             lanes),
			                         __ATOMIC_RELAXED);
			for (uint32_t l = 0; l < lanes; l++)
				w->x[l][f] = row_of(o, list[first + l])[f];
		}
	}
}

static void shuffle(struct oob *o, struct walk *w, struct rng *rng, uint32_t *list,
                    uint32_t n)
{
	uint32_t shift[CODES_FEATURES_MAX];
	uint32_t chosen = n < OOB_SHUFFLED ? n : OOB_SHUFFLED;

	if (n < 2)
		return;
	for (uint32_t i = 0; i < chosen; i++) {
		uint32_t pick = i + rng_below(rng, n - i), swap = list[pick];

		list[pick] = list[i];
		list[i] = swap;
	}
	for (uint32_t f = 0; f < o->d->features.count; f++)
		shift[f] = 1 + rng_below(rng, chosen - 1);
	lose(o, w, list, chosen, shift);
	(void)__atomic_fetch_add(&o->tried, (int64_t)chosen * TREE_UNIT,
	                         __ATOMIC_RELAXED);
}

void oob_add(struct oob *o, const struct grower *g, uint64_t seed, uint64_t stream,
             uint32_t *list)
{
	struct walk w = { .g = g };
	struct rng rng;
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->codes->rows; i++) {
		list[n] = i;
		n += !grower_knows(g, i);
	}
	for (uint32_t first = 0; first < n; first += LANES) {
		uint32_t lanes = n - first < LANES ? n - first : LANES;

		for (uint32_t l = 0; l < lanes; l++)
			load(o, &w, (int)l, list[first + l]);
		walk_tree(&w);
		for (uint32_t l = 0; l < lanes; l++) {
			add_votes(&o->all, &w, (int)l, list[first + l]);
			if (stream >= o->wide)
				add_votes(&o->narrow, &w, (int)l, list[first + l]);
		}
	}
	/* Far from the streams that grow trees. */
	rng_init(&rng, seed, stream | 1ULL << 63);
	shuffle(o, &w, &rng, list, n);
}
