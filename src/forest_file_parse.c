/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forest_file.h"

#include <errno.h>
#include <stdlib.h>

#include "order.h"

/* What reading needs beside the forest. */
struct reader {
	struct forest_parts *p;
	struct cursor c;
	size_t len;
	struct fault *f;
	/* Thresholds in a row, and where each feature's begin. */
	uint32_t *value, first[FOREST_FEATURES_MAX + 1];
	uint8_t *used;    /* by threshold */
	uint8_t *feature; /* by threshold */
	uint32_t *stack;
};

static int bad(const struct reader *r, const char *what)
{
	return fault_at(r->f, r->len - cur_left(&r->c), what);
}

static int read_head(struct reader *r)
{
	uint32_t trees, wide;
	uint16_t classes, features;

	if (!cur_le32(&r->c, &trees) || !cur_le32(&r->c, &wide) ||
	    !cur_le16(&r->c, &classes) || !cur_le16(&r->c, &features))
		return bad(r, "cut short");
	if (trees < 1 || trees > FOREST_TREES_MAX || classes < 2 ||
	    classes > FOREST_CLASSES_MAX || features < 1 ||
	    features > FOREST_FEATURES_MAX)
		return fault_set(r->f, -EINVAL,
		                 "%u trees, %u classes, %u features: allowed are up to "
		                 "%u, 2 to %u, up to %u",
		                 trees, classes, features, FOREST_TREES_MAX,
		                 FOREST_CLASSES_MAX, FOREST_FEATURES_MAX);
	if (wide >= trees)
		return bad(r, "no narrow trees");
	r->p->trees = trees;
	r->p->wide = wide;
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
		    value + step < ORDER_MIN || value + step > ORDER_MAX)
			return bad(r, "a threshold that is not finite or not the next");
		value += step;
		r->feature[*at] = (uint8_t)feature;
		r->value[(*at)++] = value;
	}
	r->first[feature + 1] = *at;
	return 0;
}

static int read_thresholds(struct reader *r)
{
	uint32_t at = 0;
	int err = 0;

	/* A threshold takes a byte at least. */
	r->value = calloc(cur_left(&r->c) + 1, sizeof(*r->value));
	r->feature = calloc(cur_left(&r->c) + 1, 1);
	r->used = calloc(cur_left(&r->c) + 1, 1);
	if (!r->value || !r->feature || !r->used)
		return fault_no_memory(r->f);
	for (unsigned f = 0; f < r->p->features && !err; f++)
		err = read_feature(r, f, &at);
	return err;
}

/* How many classes a leaf has shares for, and whether that is all that it gives. */
static bool read_leaf_size(struct reader *r, uint32_t *n, bool *whole)
{
	if (!bytes_get_varint(&r->c, n))
		return false;
	*whole = *n > 0;
	if (*whole)
		return *n > 1 && *n <= r->p->classes;
	return bytes_get_varint(&r->c, n) && *n <= r->p->classes;
}

static int read_mixed_leaf(struct reader *r)
{
	uint16_t label[FOREST_CLASSES_MAX], share[FOREST_CLASSES_MAX];
	uint32_t n, at = 0, rest = FOREST_UNIT, step, part;
	bool whole;

	if (!read_leaf_size(r, &n, &whole))
		return bad(r, "a mixed leaf of too few or too many classes");
	for (uint32_t i = 0; i < n; i++) {
		bool is_rest = whole && i + 1 == n;

		if (!bytes_get_varint(&r->c, &step) || (i > 0 && step == 0) ||
		    step >= r->p->classes || at + step >= r->p->classes)
			return bad(r, "a class that is none or not the next");
		part = rest;
		if (!is_rest && !bytes_get_varint(&r->c, &part))
			return bad(r, "shares cut short");
		if (part == 0 || part > rest || (!is_rest && part == rest))
			return bad(r, "shares that do not add up");
		at += step;
		rest -= part;
		label[i] = (uint16_t)at;
		share[i] = (uint16_t)part;
	}
	if (tree_share_add(&r->p->shares, label, share, n) == UINT32_MAX)
		return fault_no_memory(r->f);
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
static int read_sizes(struct reader *r, struct forest_file_widths w)
{
	struct forest_parts *p = r->p;
	uint64_t bits = 0;
	uint32_t splits, most = 0;

	p->tree = calloc(p->trees, sizeof(*p->tree));
	if (!p->tree)
		return fault_no_memory(r->f);
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
	return r->stack ? 0 : fault_no_memory(r->f);
}

static bool read_split(struct reader *r, struct bits *b, struct forest_file_widths w,
                       struct tree_node *n, uint32_t child)
{
	uint32_t number;

	if (!bits_get(b, w.threshold, &number) || number >= r->first[r->p->features])
		return false;
	r->used[number] = 1;
	n->threshold = order_float(r->value[number]);
	n->link = child << 7 | r->feature[number];
	return true;
}

/* Children get the next free pair of places, so they lie behind their parent. */
static bool read_tree(struct reader *r, struct bits *b, struct forest_file_widths w,
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

static int read_trees(struct reader *r, struct forest_file_widths w)
{
	struct bits b = { .c = r->c };

	for (unsigned i = 0; i < r->p->trees; i++) {
		struct tree *tree = &r->p->tree[i];

		tree->node = calloc(tree->nodes, sizeof(*tree->node));
		if (!tree->node)
			return fault_no_memory(r->f);
		if (!read_tree(r, &b, w, tree))
			return fault_set(r->f, -EINVAL,
			                 "tree %u: a split, leaf or number out of place",
			                 i);
	}
	if (!bits_end(&b))
		return fault_set(r->f, -EINVAL, "bits behind the last tree");
	for (uint32_t i = 0; i < r->first[r->p->features]; i++)
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
		err = read_sizes(&r, forest_file_widths(p, r.first[p->features]));
	if (!err)
		err = read_trees(&r, forest_file_widths(p, r.first[p->features]));
	free(r.value);
	free(r.feature);
	free(r.used);
	free(r.stack);
	return err;
}
