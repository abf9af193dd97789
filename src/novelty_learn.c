/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "novelty.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "tree.h"

/* Rows in a leaf at least: fewer make boxes that nothing new fits into. */
#define MIN_LEAF 16

struct learning {
	struct novelty *n;
	size_t rows;
	uint8_t *code;    /* novelty_width() a row */
	uint32_t *list;   /* 0, 1, 2, ... */
	struct dataset d; /* of codes; names are those of the data that is learned from */
	struct codes codes;
	struct bags bags;
	struct grower g;
	uint32_t *sum, *counted; /* by row: codes outside, and of so many trees */
	uint32_t room;           /* for nodes */
	uint32_t box_room;
};

/* Evenly chosen among the values in order, the least and the largest with them, each
 * once. */
static void choose_cuts(struct novelty *n, unsigned i, float *value, size_t rows)
{
	unsigned cuts = 0;

	qsort(value, rows, sizeof(*value), order_floats);
	for (unsigned k = 0; k < NOVELTY_CUTS; k++) {
		float v = value[(rows - 1) * k / (NOVELTY_CUTS - 1)];

		if (cuts == 0 || n->cut[i][cuts - 1] < v)
			n->cut[i][cuts++] = v;
	}
	n->cuts[i] = (uint8_t)cuts;
	for (unsigned k = cuts; k <= NOVELTY_CUTS; k++)
		n->cut[i][k] = INFINITY;
}

static int choose_all_cuts(struct novelty *n, const struct forest_rows *rows)
{
	size_t features = rows->d->features.count;
	float *value = calloc(rows->count, sizeof(*value));

	n->cut = calloc(n->asks, sizeof(*n->cut));
	for (unsigned i = 0; n->cut && value && i < n->asks; i++) {
		for (size_t k = 0; k < rows->count; k++)
			value[k] = rows->d->x[rows->row[k] * features + n->ask[i]];
		choose_cuts(n, i, value, rows->count);
	}
	free(value);
	return n->cut && value ? 0 : -ENOMEM;
}

static bool learning_init(struct learning *l, struct novelty *n,
                          const struct forest_rows *rows)
{
	size_t count = rows->count;

	*l = (struct learning){ .n = n, .rows = count, .d = *rows->d };
	l->d.features.count = n->asks;
	l->d.rows = count;
	l->d.row = calloc(count, sizeof(*l->d.row));
	l->d.x = calloc(count * n->asks, sizeof(*l->d.x));
	l->code = calloc(count, novelty_width(n));
	l->list = calloc(count, sizeof(*l->list));
	l->sum = calloc(count, sizeof(*l->sum));
	l->counted = calloc(count, sizeof(*l->counted));
	return l->d.row && l->d.x && l->code && l->list && l->sum && l->counted;
}

static void learning_clear(struct learning *l)
{
	free(l->d.row);
	free(l->d.x);
	free(l->code);
	free(l->list);
	free(l->sum);
	free(l->counted);
	codes_clear(&l->codes);
	bags_clear(&l->bags);
	grower_clear(&l->g);
}

static void set_codes(struct learning *l, const struct forest_rows *rows)
{
	const struct dataset *d = rows->d;
	unsigned asks = l->n->asks, width = novelty_width(l->n);

	for (size_t i = 0; i < l->rows; i++) {
		uint8_t *code = l->code + i * width;

		l->list[i] = (uint32_t)i;
		l->d.row[i] = d->row[rows->row[i]];
		novelty_code(l->n, d->x + (size_t)rows->row[i] * d->features.count, code);
		for (unsigned k = 0; k < asks; k++)
			l->d.x[i * asks + k] = code[k];
	}
}

/* Twice as much as there was, once more is needed. */
static int reserve(struct learning *l, uint32_t nodes, uint32_t boxes)
{
	struct novelty *n = l->n;
	uint32_t room = 2 * l->room + nodes, box_room = 2 * l->box_room + boxes;
	struct novelty_node *node;
	uint32_t *box_of;
	uint8_t *box;

	if (n->root[n->trees] + nodes > l->room) {
		node = reallocarray(n->node, room, sizeof(*node));
		n->node = node ? node : n->node;
		box_of = reallocarray(n->box_of, room, sizeof(*box_of));
		n->box_of = box_of ? box_of : n->box_of;
		if (!node || !box_of)
			return -ENOMEM;
		l->room = room;
	}
	if (n->boxes + boxes > l->box_room) {
		box = reallocarray(n->box, box_room, (size_t)2 * novelty_width(n));
		if (!box)
			return -ENOMEM;
		n->box = box;
		l->box_room = box_room;
	}
	return 0;
}

/* A box that holds nothing. */
static void add_box(struct novelty *n)
{
	unsigned width = novelty_width(n);
	uint8_t *low = n->box + (size_t)n->boxes++ * 2 * width;

	memset(low, UINT8_MAX, width);
	memset(low + width, 0, width);
}

/* The tree that was grown, without its spare node. */
static int take_tree(struct learning *l)
{
	const struct grower *g = &l->g;
	struct novelty *n = l->n;
	uint32_t first = n->root[n->trees];

	if (reserve(l, g->nodes - 1, g->nodes / 2))
		return -ENOMEM;
	for (uint32_t i = 0; i < g->nodes; i++) {
		struct tree_node from = g->node[i];
		uint32_t at = first + (i ? i - 1 : 0);

		if (i == 1)
			continue;
		n->box_of[at] = 0;
		n->node[at] = (struct novelty_node){ first + tree_child(from) - 1,
			                             (uint16_t)tree_feature(from),
			                             (uint16_t)from.threshold };
		if (!tree_is_leaf(from))
			continue;
		n->node[at] = (struct novelty_node){ at, 0, UINT16_MAX };
		n->box_of[at] = n->boxes;
		add_box(n);
	}
	n->root[++n->trees] = first + g->nodes - 1;
	return 0;
}

static void widen(struct novelty *n, uint32_t box, const uint8_t *code)
{
	unsigned width = novelty_width(n);
	uint8_t *low = n->box + (size_t)box * 2 * width, *high = low + width;

	for (unsigned i = 0; i < width; i++) {
		low[i] = code[i] < low[i] ? code[i] : low[i];
		high[i] = code[i] > high[i] ? code[i] : high[i];
	}
}

/* First the boxes of the last tree, then how the rows fare that it has not seen. */
static void use_rows(struct learning *l)
{
	struct novelty *n = l->n;
	unsigned width = novelty_width(n);

	for (int seen = 1; seen >= 0; seen--) {
		for (size_t i = 0; i < l->rows; i++) {
			const uint8_t *code = l->code + i * width;
			uint32_t leaf, box;

			if (grower_knows(&l->g, i) != seen)
				continue;
			leaf = novelty_leaf(n, n->trees - 1, code);
			box = n->box_of[leaf];
			if (seen) {
				widen(n, box, code);
			} else {
				l->sum[i] += novelty_outside(n, box, code);
				l->counted[i]++;
			}
		}
	}
}

static int grow(struct learning *l, uint64_t seed)
{
	struct tree_params p = { .mtry = 1, .min_leaf = MIN_LEAF, .bootstrap = true };
	int err = codes_make(&l->codes, &l->d, l->list, l->rows, NULL);
	int bags = err ? err : bags_make(&l->bags, &l->d, l->list, l->rows);

	if (bags < 0)
		return bags;
	while ((p.mtry + 1) * (p.mtry + 1) <= l->n->asks)
		p.mtry++;
	p.bags = bags ? &l->bags : NULL;
	err = grower_init(&l->g, &l->codes, &p);
	for (unsigned t = 0; t < NOVELTY_TREES && !err; t++) {
		err = grower_run(&l->g, seed, t);
		if (!err)
			err = take_tree(l);
		if (!err)
			use_rows(l);
	}
	return err;
}

int novelty_learn(struct novelty *n, const struct forest_rows *rows, const bool *only,
                  uint64_t seed, float *unseen)
{
	struct learning l;
	int err = -ENOMEM;

	for (unsigned f = 0; f < rows->d->features.count; f++)
		if (!only || only[f])
			n->ask[n->asks++] = (uint8_t)f;
	if (choose_all_cuts(n, rows))
		return -ENOMEM;
	if (learning_init(&l, n, rows)) {
		set_codes(&l, rows);
		err = grow(&l, seed);
	}
	for (size_t i = 0; i < rows->count && !err; i++)
		unseen[i] = l.counted[i]
		                    ? (float)l.sum[i] / (float)(l.counted[i] * n->asks)
		                    : 0;
	learning_clear(&l);
	return err;
}
