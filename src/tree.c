/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree.h"

#include <errno.h>
#include <stdlib.h>

/* Records that wait to become a subtree. */
struct grower_span {
	uint32_t node, first, n;
};

static bool shares_grow(struct tree_shares *s, uint32_t entries)
{
	if (s->count + 1 >= s->room) {
		uint32_t room = 2 * s->room + 64;
		uint32_t *first = reallocarray(s->first, room, sizeof(*first));

		if (!first)
			return false;
		if (!s->first)
			first[0] = 0;
		s->first = first;
		s->room = room;
	}
	if (!s->label || s->entries + entries > s->entries_room) {
		uint32_t room = 2 * s->entries_room + entries + 64;
		uint16_t *label = reallocarray(s->label, room, sizeof(*label));
		uint16_t *share;

		if (!label)
			return false;
		s->label = label;
		share = reallocarray(s->share, room, sizeof(*share));
		if (!share)
			return false;
		s->share = share;
		s->entries_room = room;
	}
	return true;
}

uint32_t tree_share_add(struct tree_shares *s, const uint16_t *label,
                        const uint16_t *share, uint32_t n)
{
	if (s->count >= TREE_CODE_MAX / 2 || !shares_grow(s, n))
		return UINT32_MAX;
	memcpy(s->label + s->entries, label, n * sizeof(*label));
	memcpy(s->share + s->entries, share, n * sizeof(*share));
	s->entries += n;
	s->first[++s->count] = s->entries;
	return s->count - 1;
}

/* Give out what rounding down has left, one each to the largest remainders; of equal ones
 * to the smaller class. */
static void round_up(uint32_t *share, uint32_t *rest, uint32_t n, uint32_t left)
{
	for (; n && left; left--) {
		uint32_t most = 0;

		for (uint32_t i = 1; i < n; i++)
			if (rest[i] > rest[most])
				most = i;
		share[most]++;
		rest[most] = 0;
	}
}

/* Append class counts of a leaf (total of them above 0) as shares of TREE_UNIT, rounded
 * by largest remainder; those of a class that is not named are left out.  Returns the
 * leaf's code, or UINT32_MAX when memory is short. */
static uint32_t tree_share(struct tree_shares *s, const uint32_t *count,
                           const struct codes *c, uint32_t total)
{
	uint32_t share[CODES_CLASSES_MAX], rest[CODES_CLASSES_MAX], n = 0, kept = 0, at;
	uint16_t label[CODES_CLASSES_MAX], part[CODES_CLASSES_MAX];
	uint32_t left = TREE_UNIT;

	for (uint32_t k = 0; k < c->classes; k++) {
		uint64_t scaled = (uint64_t)count[k] * TREE_UNIT;

		if (!count[k])
			continue;
		label[n] = (uint16_t)k;
		share[n] = (uint32_t)(scaled / total);
		rest[n] = (uint32_t)(scaled % total);
		left -= share[n++];
	}
	round_up(share, rest, n, left);
	for (uint32_t i = 0; i < n; i++) {
		if (!share[i] || label[i] >= c->named)
			continue;
		if (share[i] == TREE_UNIT)
			return label[i];
		label[kept] = label[i];
		part[kept++] = (uint16_t)share[i];
	}
	at = tree_share_add(s, label, part, kept);
	return at == UINT32_MAX ? at : c->named + at;
}

void tree_shares_clear(struct tree_shares *s)
{
	free(s->first);
	free(s->label);
	free(s->share);
	*s = (struct tree_shares){ 0 };
}

int grower_init(struct grower *g, const struct codes *codes,
                const struct tree_params *params)
{
	size_t rows = codes->rows, size = rows * codes->stride * sizeof(*g->record);

	*g = (struct grower){ .codes = codes, .params = *params };
	g->record = malloc(size + 1);
	g->spare = malloc(size + 1);
	g->times = calloc(rows + 1, sizeof(*g->times));
	g->bag_times = calloc(rows + 1, sizeof(*g->bag_times));
	g->node = malloc((2 * rows + 2) * sizeof(*g->node));
	g->stack = malloc((rows + 2) * sizeof(*g->stack));
	if (splitter_init(&g->splitter, codes, params->min_leaf))
		return -ENOMEM;
	return g->record && g->spare && g->times && g->bag_times && g->node && g->stack
	               ? 0
	               : -ENOMEM;
}

void grower_clear(struct grower *g)
{
	free(g->record);
	free(g->spare);
	free(g->times);
	free(g->bag_times);
	free(g->node);
	free(g->stack);
	splitter_clear(&g->splitter);
	tree_shares_clear(&g->shares);
}

static inline void copy_record(uint16_t *to, const uint16_t *from, size_t stride)
{
	for (size_t i = 0; i < stride; i += 8) {
		uint64_t w[2];

		memcpy(w, from + i, sizeof(w));
		memcpy(to + i, w, sizeof(w));
	}
}

/* A row, as likely as it weighs. */
static uint32_t pick_row(struct grower *g)
{
	const double *upto = g->params.upto;
	uint32_t low = 0, high = (uint32_t)g->codes->rows - 1;
	double at;

	if (!upto)
		return rng_below(&g->rng, high + 1);
	at = rng_unit(&g->rng) * upto[high];
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (upto[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void draw_rows(struct grower *g)
{
	uint32_t rows = (uint32_t)g->codes->rows;

	for (uint32_t i = 0; i < rows; i++)
		g->times[i] = !g->params.bootstrap;
	for (uint32_t i = 0; i < rows && g->params.bootstrap; i++) {
		uint32_t row = pick_row(g);

		g->times[row] += g->times[row] < UINT16_MAX;
	}
}

/* No trace so often that a row would take two records: there is room for one each. */
static void draw_bags(struct grower *g)
{
	bags_draw(g->params.bags, &g->rng, g->bag_times, CODES_WEIGHT_MAX);
	for (size_t i = 0; i < g->codes->rows; i++)
		g->times[i] = g->bag_times[g->params.bags->bag[i]];
}

/* Where rows were not drawn by weight, take each as often as it weighs, rounded up or
 * down at random.  The first of those that are there and weigh something stays, so that
 * something is; where none does, the first one. */
static void scale_rows(struct grower *g)
{
	const double *upto = g->params.upto;
	bool first = true;
	size_t spare = 0;

	for (size_t i = g->codes->rows; i-- > 0;)
		spare = g->times[i] ? i : spare;
	for (size_t i = 0; i < g->codes->rows; i++) {
		double weight = upto[i] - (i ? upto[i - 1] : 0);
		double times = g->times[i] * weight;
		uint32_t whole = (uint32_t)(times + rng_unit(&g->rng));

		if (!g->times[i])
			continue;
		whole += first && !whole && weight > 0;
		first = first && weight <= 0;
		g->times[i] =
			(uint16_t)(whole < CODES_WEIGHT_MAX ? whole : CODES_WEIGHT_MAX);
	}
	if (first)
		g->times[spare] = 1;
}

bool grower_knows(const struct grower *g, size_t row)
{
	const struct bags *b = g->params.bags;

	return b ? g->bag_times[b->bag[row]] > 0 : g->times[row] > 0;
}

/* The tree's sample: each row is one record that knows how often it was drawn.  Returns
 * the number of records. */
static uint32_t draw_sample(struct grower *g)
{
	const struct codes *c = g->codes;
	uint32_t n = 0;

	if (g->params.bags)
		draw_bags(g);
	else
		draw_rows(g);
	if (g->params.upto && (g->params.bags || !g->params.bootstrap))
		scale_rows(g);
	for (size_t i = 0; i < c->rows; i++) {
		for (uint32_t left = g->times[i]; left;) {
			uint32_t w = left < CODES_WEIGHT_MAX ? left : CODES_WEIGHT_MAX;
			uint16_t *to = g->record + n++ * c->stride;

			copy_record(to, c->record + i * c->stride, c->stride);
			to[c->features] |= CODES_TAIL(w, 0);
			left -= w;
		}
	}
	return n;
}

/* Move the records that go left to the front, keeping the order on both sides; returns
 * how many they are. */
static uint32_t partition(struct grower *g, uint16_t *record, uint32_t n,
                          const struct split *split)
{
	size_t stride = g->codes->stride, l = 0, r = 0;

	for (uint32_t i = 0; i < n; i++) {
		const uint16_t *from = record + i * stride;
		bool left = from[split->feature] <= split->rank;

		/* To both places, and one of the two is overwritten by the next: a guess
		 * less for the processor. */
		copy_record(g->spare + r * stride, from, stride);
		copy_record(record + l * stride, from, stride);
		l += left;
		r += !left;
	}
	memcpy(record + l * stride, g->spare, r * stride * sizeof(*record));
	return (uint32_t)l;
}

/* Features in random order, until mtry were tried; on as long as none of them could be
 * cut. */
static struct split choose_split(struct grower *g)
{
	unsigned features = g->asks, order[CODES_FEATURES_MAX];
	struct split best = { 0 };

	memcpy(order, g->ask, features * sizeof(*order));
	for (unsigned i = 0; i < features && (i < g->params.mtry || !best.den); i++) {
		unsigned pick = i + rng_below(&g->rng, features - i), f = order[pick];

		order[pick] = order[i];
		if (g->params.extra)
			split_random(&g->splitter, f, &g->rng, &best);
		else
			split_best(&g->splitter, f, &best);
	}
	return best;
}

static int make_leaf(struct grower *g, uint32_t at)
{
	const struct splitter *s = &g->splitter;
	uint32_t code = CODES_LABEL(s->record[g->codes->features]);

	if (s->classes > 1 || code >= g->codes->named)
		code = tree_share(&g->shares, s->total, g->codes, s->weight);
	if (code == UINT32_MAX)
		return -ENOMEM;
	g->node[at] = tree_leaf(at, code);
	return 0;
}

/* Make one waiting span a node, and put its parts in waiting. */
static int grow_span(struct grower *g, struct grower_span span, uint32_t *waiting)
{
	uint16_t *record = g->record + span.first * g->codes->stride;
	struct splitter *s = &g->splitter;
	struct split split = { 0 };
	uint32_t left, child = g->nodes;

	splitter_node(s, record, span.n);
	if (s->classes > 1 && s->weight >= 2 * g->params.min_leaf)
		split = choose_split(g);
	if (!split.den)
		return make_leaf(g, span.node);
	g->gain[split.feature] +=
		(double)split.num / (double)split.den - (double)s->squares / s->weight;
	left = partition(g, record, span.n, &split);
	g->node[span.node] = (struct tree_node){ g->codes->cut[split.feature][split.rank],
		                                 child << 7 | split.feature };
	g->nodes += 2;
	g->stack[(*waiting)++] =
		(struct grower_span){ child + 1, span.first + left, span.n - left };
	g->stack[(*waiting)++] = (struct grower_span){ child, span.first, left };
	return 0;
}

static void choose_features(struct grower *g, uint64_t stream)
{
	bool all = !g->params.narrow || stream < g->params.wide;

	g->asks = 0;
	for (unsigned i = 0; i < g->codes->features; i++)
		if (all || g->params.narrow[i])
			g->ask[g->asks++] = i;
}

int grower_run(struct grower *g, uint64_t seed, uint64_t stream)
{
	uint32_t waiting = 1;
	int err = 0;

	rng_init(&g->rng, seed, stream);
	choose_features(g, stream);
	g->shares.count = g->shares.entries = 0;
	memset(g->gain, 0, sizeof(g->gain));
	g->stack[0] = (struct grower_span){ 0, 0, draw_sample(g) };
	g->node[1] = tree_leaf(1, 0);
	g->nodes = 2;
	while (waiting && !err)
		err = grow_span(g, g->stack[--waiting], &waiting);
	return err;
}
