/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forest_file.h"

#include <stdlib.h>

#include "order.h"

/* The thresholds of all features in a row, each feature's ascending; as whole numbers in
 * the order of floats. */
struct thresholds {
	uint32_t *value;
	uint32_t first[FOREST_FEATURES_MAX + 1];
};

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t unique(uint32_t *v, uint32_t n)
{
	uint32_t kept = 0;

	qsort(v, n, sizeof(*v), by_value);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || v[i] != v[i - 1])
			v[kept++] = v[i];
	return kept;
}

/* All splits' thresholds of one feature behind those of the features before. */
static void collect(const struct forest_parts *p, unsigned feature, struct thresholds *t)
{
	uint32_t *to = t->value + t->first[feature], n = 0;

	for (unsigned i = 0; i < p->trees; i++)
		for (uint32_t j = 0; j < p->tree[i].nodes; j++)
			if (tree_feature(p->tree[i].node[j]) == feature)
				to[n++] = order_of(p->tree[i].node[j].threshold);
	t->first[feature + 1] = t->first[feature] + unique(to, n);
}

static uint32_t count_splits(const struct tree *t)
{
	return t->nodes / 2 - 1;
}

static bool make_thresholds(const struct forest_parts *p, struct thresholds *t)
{
	size_t splits = 0;

	for (unsigned i = 0; i < p->trees; i++)
		splits += count_splits(&p->tree[i]);
	t->value = calloc(splits + 1, sizeof(*t->value));
	if (!t->value)
		return false;
	t->first[0] = 0;
	for (unsigned f = 0; f < p->features; f++)
		collect(p, f, t);
	return true;
}

static void pack_thresholds(const struct forest_parts *p, const struct thresholds *t,
                            struct bytes *b)
{
	for (unsigned f = 0; f < p->features; f++) {
		uint32_t first = t->first[f], end = t->first[f + 1];

		bytes_varint(b, end - first);
		for (uint32_t i = first; i < end; i++) {
			if (i == first)
				bytes_le32(b, t->value[i]);
			else
				bytes_varint(b, t->value[i] - t->value[i - 1]);
		}
	}
}

/* Of a leaf all of which is given to classes the last share is what is left; one that
 * keeps some to itself begins with a 0. */
static void pack_leaf(const struct tree_shares *s, uint32_t leaf, struct bytes *b)
{
	uint32_t first = s->first[leaf], end = s->first[leaf + 1], before = 0, sum = 0;

	for (uint32_t e = first; e < end; e++)
		sum += s->share[e];
	if (sum < FOREST_UNIT)
		bytes_varint(b, 0);
	bytes_varint(b, end - first);
	for (uint32_t e = first; e < end; e++) {
		bytes_varint(b, s->label[e] - before);
		if (sum < FOREST_UNIT || e + 1 < end)
			bytes_varint(b, s->share[e]);
		before = s->label[e];
	}
}

static void pack_shares(const struct tree_shares *s, struct bytes *b)
{
	bytes_varint(b, s->count);
	for (uint32_t i = 0; i < s->count; i++)
		pack_leaf(s, i, b);
}

/* The number of a split's threshold. */
static uint32_t threshold_number(const struct thresholds *t, struct tree_node n)
{
	const uint32_t *first = t->first + tree_feature(n);
	uint32_t low = first[0], high = first[1] - 1;
	uint32_t value = order_of(n.threshold);

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (t->value[mid] < value)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Nodes in the order of a walk that takes first children first; stack has room for one
 * more than the splits. */
static void pack_tree(const struct tree *tree, const struct thresholds *t,
                      struct forest_file_widths w, uint32_t *stack, struct bytes *b)
{
	uint32_t waiting = 0;

	stack[waiting++] = 0;
	while (waiting) {
		struct tree_node n = tree->node[stack[--waiting]];

		bytes_bits(b, !tree_is_leaf(n), 1);
		if (tree_is_leaf(n)) {
			bytes_bits(b, tree_code(n), w.leaf);
			continue;
		}
		bytes_bits(b, threshold_number(t, n), w.threshold);
		stack[waiting++] = tree_child(n) + 1;
		stack[waiting++] = tree_child(n);
	}
}

void forest_file_pack(const struct forest_parts *p, struct bytes *b)
{
	struct thresholds t = { 0 };
	uint32_t most = 0, *stack;

	for (unsigned i = 0; i < p->trees; i++)
		if (count_splits(&p->tree[i]) > most)
			most = count_splits(&p->tree[i]);
	stack = calloc((size_t)most + 1, sizeof(*stack));
	if (!stack || !make_thresholds(p, &t)) {
		b->failed = true;
		free(stack);
		return;
	}
	bytes_le32(b, p->trees);
	bytes_le32(b, p->wide);
	bytes_le16(b, (uint16_t)p->classes);
	bytes_le16(b, (uint16_t)p->features);
	pack_thresholds(p, &t, b);
	pack_shares(&p->shares, b);
	for (unsigned i = 0; i < p->trees; i++)
		bytes_varint(b, count_splits(&p->tree[i]));
	for (unsigned i = 0; i < p->trees; i++)
		pack_tree(&p->tree[i], &t, forest_file_widths(p, t.first[p->features]),
		          stack, b);
	bytes_end_bits(b);
	free(stack);
	free(t.value);
}
