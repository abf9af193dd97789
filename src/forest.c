/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forest.h"

#include <math.h>
#include <stdlib.h>

/* So many trees are walked side by side for one row, to wait for memory together; and so
 * many rows through one tree. */
#define TREES 20
#define ROWS  16

struct forest {
	struct forest_parts parts;
};

struct forest_params forest_defaults(void)
{
	return (struct forest_params){
		.trees = 100, .min_leaf = 1, .threads = 1, .seed = 1, .bootstrap = true
	};
}

void forest_parts_clear(struct forest_parts *parts)
{
	for (unsigned i = 0; parts->tree && i < parts->trees; i++)
		free(parts->tree[i].node);
	free(parts->tree);
	tree_shares_clear(&parts->shares);
	*parts = (struct forest_parts){ 0 };
}

struct forest *forest_of(struct forest_parts *parts)
{
	struct forest *fo = malloc(sizeof(*fo));

	if (!fo)
		return NULL;
	fo->parts = *parts;
	*parts = (struct forest_parts){ 0 };
	return fo;
}

const struct forest_parts *forest_parts(const struct forest *fo)
{
	return &fo->parts;
}

void forest_free(struct forest *fo)
{
	if (!fo)
		return;
	forest_parts_clear(&fo->parts);
	free(fo);
}

void forest_oob_clear(struct forest_oob *oob)
{
	free(oob->votes);
	free(oob->trees);
	free(oob->narrow_votes);
	free(oob->narrow_trees);
	free(oob->gini);
	free(oob->permutation);
	*oob = (struct forest_oob){ 0 };
}

unsigned forest_trees(const struct forest *fo)
{
	return fo->parts.trees;
}

unsigned forest_narrow_trees(const struct forest *fo)
{
	return fo->parts.trees - fo->parts.wide;
}

unsigned forest_classes(const struct forest *fo)
{
	return fo->parts.classes;
}

unsigned forest_features(const struct forest *fo)
{
	return fo->parts.features;
}

uint32_t forest_best(const uint32_t *votes, uint32_t classes)
{
	uint32_t best = 0;

	for (uint32_t c = 1; c < classes; c++)
		if (votes[c] > votes[best])
			best = c;
	return best;
}

static void add_votes(const struct forest_parts *p, uint32_t code, uint32_t *votes)
{
	const struct tree_shares *s = &p->shares;

	if (code < p->classes) {
		votes[code] += FOREST_UNIT;
		return;
	}
	code -= p->classes;
	for (uint32_t i = s->first[code]; i < s->first[code + 1]; i++)
		votes[s->label[i]] += s->share[i];
}

static void walk_trees(const struct tree *tree, const float *x,
                       uint32_t code[static TREES])
{
	const struct tree_node *node[TREES];
	uint32_t at[TREES] = { 0 }, moved;

	for (unsigned l = 0; l < TREES; l++)
		node[l] = tree[l].node;
	do {
		moved = 0;
		for (unsigned l = 0; l < TREES; l++) {
			uint32_t next = tree_step(node[l][at[l]], x);

			moved |= next ^ at[l];
			at[l] = next;
		}
	} while (moved);
	for (unsigned l = 0; l < TREES; l++)
		code[l] = tree_code(node[l][at[l]]);
}

static uint32_t walk_tree(const struct tree *tree, const float *x)
{
	uint32_t at = 0;

	while (!tree_is_leaf(tree->node[at]))
		at = tree_step(tree->node[at], x);
	return tree_code(tree->node[at]);
}

/* x[TREE_LEAF] is -INFINITY.  Of the last trees as many are walked once more as make up
 * the lanes: that costs nothing, where one tree after the other would. */
static void add_trees(const struct forest_parts *p, unsigned t, unsigned end,
                      const float *x, uint32_t *votes)
{
	uint32_t code[TREES];

	if (end - t < TREES) {
		for (; t < end; t++)
			add_votes(p, walk_tree(&p->tree[t], x), votes);
		return;
	}
	while (t < end) {
		unsigned from = t + TREES <= end ? t : end - TREES;

		walk_trees(&p->tree[from], x, code);
		for (; t < from + TREES; t++)
			add_votes(p, code[t - from], votes);
	}
}

/* x has room for TREE_WIDTH. */
static void fill_row(const struct forest_parts *p, const float *row, float *x)
{
	memcpy(x, row, p->features * sizeof(*x));
	x[TREE_LEAF] = -INFINITY;
}

void forest_votes(const struct forest *fo, const float *row, uint32_t *votes)
{
	const struct forest_parts *p = &fo->parts;
	float x[TREE_WIDTH];

	fill_row(p, row, x);
	memset(votes, 0, p->classes * sizeof(*votes));
	add_trees(p, 0, p->trees, x, votes);
}

/* What the wide trees say becomes what all say. */
static void join_views(const struct forest_parts *p, uint32_t *votes)
{
	for (uint32_t c = 0; c < p->classes; c++)
		votes[c] += votes[p->classes + c];
}

static void views_of_row(const struct forest_parts *p, const float *row, uint32_t *votes)
{
	float x[TREE_WIDTH];

	fill_row(p, row, x);
	add_trees(p, 0, p->wide, x, votes);
	add_trees(p, p->wide, p->trees, x, votes + p->classes);
	join_views(p, votes);
}

/* Rows that one tree is walked for before the next tree comes: the rows and their votes
 * stay in cache, and so does much of the tree. */
#define BLOCK_ROWS 4096

/* Fewer rows than this are faster one by one. */
#define FEW_ROWS   64

/* Rows of a block, width floats apart.  x[TREE_LEAF] of a row is a float of one of the
 * next rows, which is why each keeps -INFINITY at TREE_LEAF modulo width. */
struct block {
	float *x;
	size_t width;
};

static size_t block_width(unsigned features)
{
	size_t width = 16;

	while (width < TREE_WIDTH && TREE_LEAF % width < features)
		width *= 2;
	return width;
}

static size_t block_floats(size_t rows, size_t width)
{
	return (rows + ROWS) * width + TREE_WIDTH;
}

static void fill_block(struct block *b, const float *x, size_t rows, unsigned features)
{
	size_t floats = block_floats(rows, b->width);

	for (size_t i = 0; i < rows; i++)
		memcpy(b->x + i * b->width, x + i * features, features * sizeof(*x));
	for (size_t i = rows * b->width; i < floats; i++)
		b->x[i] = -INFINITY;
	for (size_t i = TREE_LEAF % b->width; i < floats; i += b->width)
		b->x[i] = -INFINITY;
}

static void walk_rows(const struct tree_node *node, const struct block *b, size_t first,
                      uint32_t at[static ROWS])
{
	const float *x = b->x + first * b->width;
	uint32_t moved;

	memset(at, 0, ROWS * sizeof(*at));
	do {
		moved = 0;
		for (size_t l = 0; l < ROWS; l++) {
			uint32_t next = tree_step(node[at[l]], x + l * b->width);

			moved |= next ^ at[l];
			at[l] = next;
		}
	} while (moved);
}

/* The rows from n up to the next multiple of ROWS are walked and not counted. */
static void views_of_block(const struct forest_parts *p, const struct block *b, size_t n,
                           uint32_t *votes)
{
	size_t stride = (size_t)FOREST_VIEWS * p->classes;
	uint32_t at[ROWS];

	for (unsigned t = 0; t < p->trees; t++) {
		const struct tree_node *node = p->tree[t].node;
		uint32_t *to = votes + (t < p->wide ? 0 : p->classes);

		for (size_t i = 0; i < n; i += ROWS) {
			walk_rows(node, b, i, at);
			for (size_t l = 0; l < ROWS && i + l < n; l++)
				add_votes(p, tree_code(node[at[l]]),
				          to + (i + l) * stride);
		}
	}
	for (size_t i = 0; i < n; i++)
		join_views(p, votes + i * stride);
}

size_t forest_work_size(const struct forest *fo, size_t rows)
{
	size_t block = rows < BLOCK_ROWS ? rows : BLOCK_ROWS;

	return block_floats(block, block_width(fo->parts.features)) * sizeof(float);
}

void forest_views(const struct forest *fo, const float *x, size_t rows, void *work,
                  uint32_t *votes)
{
	const struct forest_parts *p = &fo->parts;
	struct block b = { work, block_width(p->features) };
	size_t stride = (size_t)FOREST_VIEWS * p->classes;

	memset(votes, 0, rows * stride * sizeof(*votes));
	for (size_t i = 0; rows < FEW_ROWS && i < rows; i++)
		views_of_row(p, x + i * p->features, votes + i * stride);
	if (rows < FEW_ROWS)
		return;
	for (size_t first = 0; first < rows; first += BLOCK_ROWS) {
		size_t n = rows - first < BLOCK_ROWS ? rows - first : BLOCK_ROWS;

		fill_block(&b, x + first * p->features, n, p->features);
		views_of_block(p, &b, n, votes + first * stride);
	}
}
