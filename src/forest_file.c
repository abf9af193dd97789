/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forest_file.h"

#include <errno.h>
#include <stdlib.h>

/* The thresholds of all features in a row, each feature's ascending; as whole numbers in
 * the order of floats. */
struct thresholds {
	uint32_t *value;
	uint32_t first[FOREST_FEATURES_MAX + 1];
};

static uint32_t ordered(float x)
{
	uint32_t b;

	memcpy(&b, &x, sizeof(b));
	return b >> 31 ? ~b : b | 1U << 31;
}

static float unordered(uint32_t b)
{
	float x;

	b = b >> 31 ? b & ~(1U << 31) : ~b;
	memcpy(&x, &b, sizeof(x));
	return x;
}

/* Finite floats only. */
static bool is_ordered(uint32_t b)
{
	return b >= 0x00800000 && b <= 0xff7fffff;
}

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

static unsigned feature_of(struct tree_node n)
{
	return n.link & TREE_LEAF;
}

/* All splits' thresholds of one feature behind those of the features before. */
static void collect(const struct forest_parts *p, unsigned feature, struct thresholds *t)
{
	uint32_t *to = t->value + t->first[feature], n = 0;

	for (unsigned i = 0; i < p->trees; i++)
		for (uint32_t j = 0; j < p->tree[i].nodes; j++)
			if (feature_of(p->tree[i].node[j]) == feature)
				to[n++] = ordered(p->tree[i].node[j].threshold);
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

static void pack_shares(const struct tree_shares *s, struct bytes *b)
{
	bytes_varint(b, s->count);
	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t before = 0;

		bytes_varint(b, s->first[i + 1] - s->first[i]);
		for (uint32_t e = s->first[i]; e < s->first[i + 1]; e++) {
			bytes_varint(b, s->label[e] - before);
			if (e + 1 < s->first[i + 1])
				bytes_varint(b, s->share[e]);
			before = s->label[e];
		}
	}
}

/* The number of a split's threshold. */
static uint32_t threshold_number(const struct thresholds *t, struct tree_node n)
{
	uint32_t low = t->first[feature_of(n)], high = t->first[feature_of(n) + 1] - 1;
	uint32_t value = ordered(n.threshold);

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (t->value[mid] < value)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* How many bits numbers take. */
struct widths {
	unsigned threshold, leaf;
};

static struct widths widths_of(const struct forest_parts *p, const struct thresholds *t)
{
	return (struct widths){ bits_for(t->first[p->features]),
		                bits_for(p->classes + p->shares.count) };
}

/* Nodes in the order of a walk that takes first children first; stack has room for one
 * more than the splits. */
static void pack_tree(const struct tree *tree, const struct thresholds *t,
                      struct widths w, uint32_t *stack, struct bytes *b)
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
		stack[waiting++] = (n.link >> 7) + 1;
		stack[waiting++] = n.link >> 7;
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
	bytes_le16(b, (uint16_t)p->classes);
	bytes_le16(b, (uint16_t)p->features);
	pack_thresholds(p, &t, b);
	pack_shares(&p->shares, b);
	for (unsigned i = 0; i < p->trees; i++)
		bytes_varint(b, count_splits(&p->tree[i]));
	for (unsigned i = 0; i < p->trees; i++)
		pack_tree(&p->tree[i], &t, widths_of(p, &t), stack, b);
	bytes_end_bits(b);
	free(stack);
	free(t.value);
}

/* What reading needs beside the forest. */
struct reader {
	struct forest_parts *p;
	struct cursor c;
	size_t len;
	struct fault *f;
	struct thresholds t;
	uint8_t *used;    /* by threshold */
	uint8_t *feature; /* by threshold */
	uint32_t *stack;
};

static int bad(const struct reader *r, const char *what)
{
	return fault_set(r->f, -EINVAL, "at byte %zu: %s", r->len - cur_left(&r->c),
	                 what);
}

static int no_memory(const struct reader *r)
{
	return fault_set(r->f, -ENOMEM, "out of memory");
}

static int read_head(struct reader *r)
{
	uint32_t trees;
	uint16_t classes, features;

	if (!cur_le32(&r->c, &trees) || !cur_le16(&r->c, &classes) ||
	    !cur_le16(&r->c, &features))
		return bad(r, "cut short");
	if (trees < 1 || trees > FOREST_TREES_MAX || classes < 2 ||
	    classes > FOREST_CLASSES_MAX || features < 1 ||
	    features > FOREST_FEATURES_MAX)
		return fault_set(r->f, -EINVAL,
		                 "%u trees, %u classes, %u features: allowed are up to "
		                 "%u, 2 to %u, up to %u",
		                 trees, classes, features, FOREST_TREES_MAX,
		                 FOREST_CLASSES_MAX, FOREST_FEATURES_MAX);
	r->p->trees = trees;
	r->p->classes = classes;
	r->p->features = features;
	return 0;
}

static int read_feature(struct reader *r, unsigned feature, uint32_t *at)
{
	uint32_t n, value = 0, step;

	if (!bytes_get_varint(&r->c, &n) || n > cur_left(&r->c))
		return bad(r, "more thresholds than bytes");
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 ? !cur_le32(&r->c, &step) : !bytes_get_varint(&r->c, &step))
			return bad(r, "thresholds cut short");
		if ((i > 0 && step == 0) || step > UINT32_MAX - value ||
		    !is_ordered(value + step))
			return bad(r, "a threshold that is not finite or not the next");
		value += step;
		r->feature[*at] = (uint8_t)feature;
		r->t.value[(*at)++] = value;
	}
	r->t.first[feature + 1] = *at;
	return 0;
}

static int read_thresholds(struct reader *r)
{
	uint32_t at = 0;
	int err = 0;

	/* A threshold takes a byte at least. */
	r->t.value = calloc(cur_left(&r->c) + 1, sizeof(*r->t.value));
	r->feature = calloc(cur_left(&r->c) + 1, 1);
	r->used = calloc(cur_left(&r->c) + 1, 1);
	if (!r->t.value || !r->feature || !r->used)
		return no_memory(r);
	for (unsigned f = 0; f < r->p->features && !err; f++)
		err = read_feature(r, f, &at);
	return err;
}

static int read_mixed_leaf(struct reader *r)
{
	uint16_t label[FOREST_CLASSES_MAX], share[FOREST_CLASSES_MAX];
	uint32_t n, at = 0, rest = FOREST_UNIT, step, part;

	if (!bytes_get_varint(&r->c, &n) || n < 2 || n > r->p->classes)
		return bad(r, "a mixed leaf of too few or too many classes");
	for (uint32_t i = 0; i < n; i++) {
		if (!bytes_get_varint(&r->c, &step) || (i > 0 && step == 0) ||
		    step >= r->p->classes || at + step >= r->p->classes)
			return bad(r, "a class that is none or not the next");
		part = rest;
		if (i + 1 < n && !bytes_get_varint(&r->c, &part))
			return bad(r, "shares cut short");
		if (part == 0 || part > rest || (i + 1 < n && part == rest))
			return bad(r, "shares that do not add up");
		at += step;
		rest -= part;
		label[i] = (uint16_t)at;
		share[i] = (uint16_t)part;
	}
	if (tree_share_add(&r->p->shares, label, share, n) == UINT32_MAX)
		return no_memory(r);
	return 0;
}

static int read_shares(struct reader *r)
{
	uint32_t n;
	int err = 0;

	if (!bytes_get_varint(&r->c, &n) || n > cur_left(&r->c))
		return bad(r, "more mixed leaves than bytes");
	while (n-- && !err)
		err = read_mixed_leaf(r);
	return err;
}

/* The numbers of splits, checked against the bits that all trees must take: only then is
 * there reason to reserve memory for them. */
static int read_sizes(struct reader *r, struct widths w)
{
	struct forest_parts *p = r->p;
	uint64_t bits = 0;
	uint32_t splits, most = 0;

	p->tree = calloc(p->trees, sizeof(*p->tree));
	if (!p->tree)
		return no_memory(r);
	for (unsigned i = 0; i < p->trees; i++) {
		if (!bytes_get_varint(&r->c, &splits) || splits >= TREE_NODES_MAX / 2)
			return bad(r, "a tree's size cut short or too large");
		p->tree[i].nodes = 2 * splits + 2;
		most = splits > most ? splits : most;
		bits += (uint64_t)splits * (1 + w.threshold) +
		        (uint64_t)(splits + 1) * (1 + w.leaf);
	}
	if ((bits + 7) / 8 != cur_left(&r->c))
		return bad(r, "trees that are not as large as they say");
	r->stack = calloc((size_t)most + 1, sizeof(*r->stack));
	return r->stack ? 0 : no_memory(r);
}

static bool read_split(struct reader *r, struct bits *b, struct widths w,
                       struct tree_node *n, uint32_t child)
{
	uint32_t number;

	if (!bits_get(b, w.threshold, &number) || number >= r->t.first[r->p->features])
		return false;
	r->used[number] = 1;
	n->threshold = unordered(r->t.value[number]);
	n->link = child << 7 | r->feature[number];
	return true;
}

/* Children get the next free pair of places, so they lie behind their parent. */
static bool read_tree(struct reader *r, struct bits *b, struct widths w,
                      struct tree *tree)
{
	uint32_t waiting = 0, next = 2, is_split, code;

	tree->node[1] = tree_leaf(1, 0);
	r->stack[waiting++] = 0;
	while (waiting) {
		uint32_t at = r->stack[--waiting];

		if (!bits_get(b, 1, &is_split))
			return false;
		if (!is_split) {
			if (!bits_get(b, w.leaf, &code) ||
			    code >= r->p->classes + r->p->shares.count)
				return false;
			tree->node[at] = tree_leaf(at, code);
			continue;
		}
		if (next == tree->nodes || !read_split(r, b, w, &tree->node[at], next))
			return false;
		r->stack[waiting++] = next + 1;
		r->stack[waiting++] = next;
		next += 2;
	}
	return next == tree->nodes;
}

static int read_trees(struct reader *r, struct widths w)
{
	struct bits b = { .c = r->c };

	for (unsigned i = 0; i < r->p->trees; i++) {
		struct tree *tree = &r->p->tree[i];

		tree->node = calloc(tree->nodes, sizeof(*tree->node));
		if (!tree->node)
			return no_memory(r);
		if (!read_tree(r, &b, w, tree))
			return fault_set(r->f, -EINVAL,
			                 "tree %u: a split, leaf or number out of place",
			                 i);
	}
	if (!bits_end(&b))
		return fault_set(r->f, -EINVAL, "bits behind the last tree");
	for (uint32_t i = 0; i < r->t.first[r->p->features]; i++)
		if (!r->used[i])
			return fault_set(r->f, -EINVAL, "threshold %u is not used", i);
	return 0;
}

int forest_file_parse(struct forest_parts *p, struct cursor c, struct fault *f)
{
	struct reader r = { .p = p, .c = c, .len = cur_left(&c), .f = f };
	int err = read_head(&r);

	if (!err)
		err = read_thresholds(&r);
	if (!err)
		err = read_shares(&r);
	if (!err)
		err = read_sizes(&r, widths_of(p, &r.t));
	if (!err)
		err = read_trees(&r, widths_of(p, &r.t));
	free(r.t.value);
	free(r.feature);
	free(r.used);
	free(r.stack);
	return err;
}
