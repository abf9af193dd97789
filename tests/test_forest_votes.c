/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees side by side for one row, rows side by side through one tree: all ways give the
 * votes that plain steps from root to leaf give. */
#include "forest.h"

#include "learn_data.h"

static struct forest *train(const struct dataset *d, unsigned trees, uint64_t seed)
{
	struct forest_params p = forest_defaults();
	uint32_t *rows = learn_rows(d->rows);
	struct fault f = { "" };
	struct forest *fo;

	p.trees = trees;
	p.seed = seed;
	p.extra = seed % 2;
	p.min_leaf = 1 + (unsigned)(seed % 3);
	fo = forest_train(&(struct forest_rows){ d, rows, d->rows }, &p, NULL, &f);
	if (!fo)
		fail_msg("%s", f.text);
	free(rows);
	return fo;
}

/* One step at a time, by the definition of a tree. */
static void step_by_step(const struct forest *fo, struct forest_range of, const float *x,
                         uint32_t *votes)
{
	const struct forest_parts *p = forest_parts(fo);
	const struct tree_shares *s = &p->shares;

	memset(votes, 0, p->classes * sizeof(*votes));
	for (unsigned t = of.first; t < of.first + of.count; t++) {
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

static void check_range(const struct forest *fo, struct forest_range of,
                        const struct dataset *d, void *work)
{
	uint32_t *many = calloc(d->rows * CLASSES, sizeof(*many));
	uint32_t want[CLASSES], one[CLASSES];

	assert_non_null(many);
	forest_votes_many_of(fo, of, &(struct forest_batch){ d->x, d->rows, work }, many);
	for (size_t r = 0; r < d->rows; r++) {
		const float *x = d->x + r * d->features.count;

		step_by_step(fo, of, x, want);
		forest_votes_of(fo, of, x, one);
		assert_memory_equal(one, want, sizeof(want));
		assert_memory_equal(many + r * CLASSES, want, sizeof(want));
	}
	free(many);
}

/* With features that leave room beside them in a row and with features that do not; with
 * few rows, with some left over, and with more than a block; with fewer trees than stand
 * side by side, and with some left over. */
static void every_way_gives_the_same_votes(void **state)
{
	static const struct {
		unsigned trees, features;
		size_t rows;
	} sizes[] = { { 1, 3, 5 },    { 19, 6, 901 },  { 20, 15, 4200 }, { 21, 16, 77 },
		      { 47, 96, 63 }, { 60, 31, 200 }, { 33, 78, 64 } };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned n = sizes[i].trees;
		struct forest *fo;
		struct dataset d;
		void *work;

		learn_data(&d, CLASSES, sizes[i].features, sizes[i].rows, i);
		fo = train(&d, n, i);
		work = malloc(forest_work_size(fo, d.rows));
		assert_non_null(work);
		check_range(fo, forest_all(fo), &d, work);
		check_range(fo, (struct forest_range){ 0, n / 2 }, &d, work);
		check_range(fo, (struct forest_range){ n / 2, n - n / 2 }, &d, work);
		free(work);
		forest_free(fo);
		dataset_clear(&d);
	}
}

static void ranges_side_by_side_add_up(void **state)
{
	uint32_t all[CLASSES], part[CLASSES], rest[CLASSES];
	struct forest *fo;
	struct dataset d;

	(void)state;
	learn_data(&d, CLASSES, 9, 300, 3);
	fo = train(&d, 50, 4);
	for (unsigned k = 0; k <= 50; k++) {
		forest_votes(fo, d.x + k * d.features.count, all);
		forest_votes_of(fo, (struct forest_range){ 0, k },
		                d.x + k * d.features.count, part);
		forest_votes_of(fo, (struct forest_range){ k, 50 - k },
		                d.x + k * d.features.count, rest);
		for (unsigned c = 0; c < CLASSES; c++)
			assert_int_equal(all[c], part[c] + rest[c]);
	}
	forest_free(fo);
	dataset_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_gives_the_same_votes),
		cmocka_unit_test(ranges_side_by_side_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
