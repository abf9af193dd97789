/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees side by side for one row, rows side by side through one tree: all ways give the
 * votes that plain steps from root to leaf give. */
#include "forest.h"

#include "learn_data.h"

static const bool narrow[96] = { true, false, true };

static struct forest *train(const struct dataset *d, unsigned trees, uint64_t seed)
{
	struct forest_params p = forest_defaults();
	uint32_t *rows = learn_rows(d->rows);
	struct fault f = { "" };
	struct forest *fo;

	p.trees = trees;
	p.seed = seed;
	p.narrow = seed % 4 ? narrow : NULL;
	p.extra = seed % 2;
	p.min_leaf = 1 + (unsigned)(seed % 3);
	fo = forest_train(&(struct forest_rows){ d, rows, d->rows }, &p, NULL, &f);
	if (!fo)
		fail_msg("%s", f.text);
	free(rows);
	return fo;
}

/* One step at a time, by the definition of a tree; adds the votes of trees from t to
 * before end. */
static void step_by_step(const struct forest_parts *p, unsigned t, unsigned end,
                         const float *x, uint32_t *votes)
{
	const struct tree_shares *s = &p->shares;

	for (; t < end; t++) {
		const struct tree_node *n = p->tree[t].node;
		uint32_t code;

		while (!tree_is_leaf(*n))
			n = p->tree[t].node + (n->link >> 7) +
			    !(x[n->link & TREE_LEAF] <= n->threshold);
		code = tree_code(*n);
		if (code < p->classes) {
			votes[code] += FOREST_UNIT;
			continue;
		}
		code -= p->classes;
		for (uint32_t i = s->first[code]; i < s->first[code + 1]; i++)
			votes[s->label[i]] += s->share[i];
	}
}

#define CLASSES 7

static void check(const struct forest *fo, const struct dataset *d)
{
	const struct forest_parts *p = forest_parts(fo);
	uint32_t *many = calloc(d->rows * FOREST_VIEWS * CLASSES, sizeof(*many));
	void *work = malloc(forest_work_size(fo, d->rows));

	assert_non_null(many);
	assert_non_null(work);
	forest_views(fo, d->x, d->rows, work, many);
	for (size_t r = 0; r < d->rows; r++) {
		const float *x = d->x + r * d->features.count;
		uint32_t want[FOREST_VIEWS][CLASSES] = { 0 }, one[CLASSES];

		step_by_step(p, 0, p->trees, x, want[FOREST_ALL]);
		step_by_step(p, p->wide, p->trees, x, want[FOREST_NARROW]);
		forest_votes(fo, x, one);
		assert_memory_equal(one, want[FOREST_ALL], sizeof(one));
		assert_memory_equal(many + r * FOREST_VIEWS * CLASSES, want,
		                    sizeof(want));
	}
	free(many);
	free(work);
}

/* With features that leave room beside them in a row and with features that do not; with
 * few rows, with some left over, and with more than a block; with fewer trees than stand
 * side by side, and with some left over; all trees alike, and half of them narrow. */
static void every_way_gives_the_same_votes(void **state)
{
	static const struct {
		unsigned trees, features;
		size_t rows;
	} sizes[] = { { 1, 3, 5 },    { 19, 6, 901 },  { 20, 15, 4200 }, { 21, 16, 77 },
		      { 47, 96, 63 }, { 60, 31, 200 }, { 33, 78, 64 } };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct forest *fo;
		struct dataset d;

		learn_data(&d, CLASSES, sizes[i].features, sizes[i].rows, i);
		fo = train(&d, sizes[i].trees, i);
		check(fo, &d);
		forest_free(fo);
		dataset_clear(&d);
	}
}

/* Narrow trees never ask for what they may not. */
static void narrow_trees_keep_to_theirs(void **state)
{
	const struct forest_parts *p;
	bool wide_asked = false;
	struct dataset d;
	struct forest *fo;

	(void)state;
	learn_data(&d, CLASSES, 6, 400, 1);
	fo = train(&d, 9, 1);
	p = forest_parts(fo);
	assert_int_equal(p->wide, 4);
	assert_int_equal(forest_narrow_trees(fo), 5);
	for (unsigned t = 0; t < p->trees; t++) {
		for (uint32_t i = 0; i < p->tree[t].nodes; i++) {
			struct tree_node n = p->tree[t].node[i];

			if (tree_is_leaf(n))
				continue;
			wide_asked |= !narrow[n.link & TREE_LEAF];
			assert_true(t < p->wide || narrow[n.link & TREE_LEAF]);
		}
	}
	assert_true(wide_asked);
	forest_free(fo);
	dataset_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_gives_the_same_votes),
		cmocka_unit_test(narrow_trees_keep_to_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
