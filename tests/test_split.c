/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "split.h"

#include "learn_data.h"

/* Score of the cut behind a rank, by its definition; 0 when a side is too small. */
static double score(const struct codes *c, size_t n, unsigned feature, uint32_t rank,
                    uint32_t min_leaf)
{
	double side[2][CODES_CLASSES_MAX] = { { 0 } }, weight[2] = { 0 },
	       square[2] = { 0 };

	for (size_t i = 0; i < n; i++) {
		const uint16_t *r = c->record + i * c->stride;
		uint16_t tail = r[c->features];
		int right = r[feature] > rank;

		side[right][CODES_LABEL(tail)] += CODES_WEIGHT(tail);
		weight[right] += CODES_WEIGHT(tail);
	}
	if (weight[0] < min_leaf || weight[1] < min_leaf)
		return 0;
	for (int s = 0; s < 2; s++)
		for (unsigned k = 0; k < c->classes; k++)
			square[s] += side[s][k] * side[s][k];
	return square[0] / weight[0] + square[1] / weight[1];
}

static double best_score(const struct codes *c, size_t n, unsigned feature,
                         uint32_t min_leaf)
{
	double best = 0;

	for (uint32_t rank = 0; rank < c->cuts[feature]; rank++) {
		double s = score(c, n, feature, rank, min_leaf);

		best = s > best ? s : best;
	}
	return best;
}

static void make(struct dataset *d, struct codes *c, unsigned classes, size_t n)
{
	uint32_t *rows = learn_rows(n);
	struct rng rng;

	rng_init(&rng, n, classes);
	learn_data(d, classes, 4, n, n);
	assert_int_equal(codes_make(c, d, rows, n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		c->record[i * c->stride + c->features] |=
			CODES_TAIL(1 + rng_below(&rng, 3), 0);
	free(rows);
}

/* All ways to sort: by counting the smaller (up to 64), one pass, two passes; and few as
 * well as more classes than records. */
static void finds_the_best_cut(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 15, 16, 17, 63, 64, 65, 200, 300, 700 };
	static const unsigned classes[] = { 2, 5, 1000 };

	(void)state;
	for (size_t i = 0; i < 3 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = sizes[i / 3];
		struct dataset d;
		struct codes c;
		struct splitter s;

		make(&d, &c, classes[i % 3], n);
		for (uint32_t min_leaf = 1; min_leaf < 20; min_leaf += 9) {
			assert_int_equal(splitter_init(&s, &c, min_leaf), 0);
			splitter_node(&s, c.record, n);
			for (unsigned f = 0; f < 4; f++) {
				struct split best = { 0 };
				double want = best_score(&c, n, f, min_leaf);

				split_best(&s, f, &best);
				if (want == 0) {
					assert_true(best.den == 0);
					continue;
				}
				assert_float_equal((double)best.num / (double)best.den,
				                   want, 1e-6);
				assert_float_equal(score(&c, n, f, best.rank, min_leaf),
				                   want, 1e-6);
			}
			splitter_clear(&s);
		}
		codes_clear(&c);
		dataset_clear(&d);
	}
}

/* A histogram goes first where there are many records: exact for few values, and next to
 * the best for many. */
static void comes_close_in_a_large_node(void **state)
{
	size_t n = 6000;
	struct dataset d;
	struct codes c;
	struct splitter s;

	(void)state;
	make(&d, &c, 5, n);
	assert_int_equal(splitter_init(&s, &c, 1), 0);
	splitter_node(&s, c.record, n);
	for (unsigned f = 0; f < 4; f++) {
		struct split best = { 0 };
		double want = best_score(&c, n, f, 1), got;

		split_best(&s, f, &best);
		if (f == 1) {
			assert_true(best.den == 0);
			continue;
		}
		got = (double)best.num / (double)best.den;
		assert_float_equal(score(&c, n, f, best.rank, 1), got, 1e-6);
		assert_true(got <= want + 1e-6 &&
		            got > want * (f == 2 ? 1 - 1e-9 : 0.999));
	}
	splitter_clear(&s);
	codes_clear(&c);
	dataset_clear(&d);
}

static void keeps_the_better_of_two_features(void **state)
{
	struct dataset d;
	struct codes c;
	struct splitter s;
	struct split best = { 0 };

	(void)state;
	make(&d, &c, 2, 500);
	assert_int_equal(splitter_init(&s, &c, 1), 0);
	splitter_node(&s, c.record, 500);
	split_best(&s, 3, &best);
	assert_int_equal(best.feature, 3);
	split_best(&s, 0, &best);
	assert_int_equal(best.feature, 0);
	split_best(&s, 3, &best);
	assert_int_equal(best.feature, 0);
	splitter_clear(&s);
	codes_clear(&c);
	dataset_clear(&d);
}

static void random_cuts_are_cuts_and_differ(void **state)
{
	struct dataset d;
	struct codes c;
	struct splitter s;
	struct rng rng;
	uint32_t first = UINT32_MAX;
	bool differ = false;

	(void)state;
	make(&d, &c, 5, 300);
	rng_init(&rng, 1, 1);
	assert_int_equal(splitter_init(&s, &c, 3), 0);
	splitter_node(&s, c.record, 300);
	for (int i = 0; i < 50; i++) {
		struct split one = { 0 };

		split_random(&s, 3, &rng, &one);
		if (!one.den)
			continue;
		assert_float_equal((double)one.num / (double)one.den,
		                   score(&c, 300, 3, one.rank, 3), 1e-6);
		differ |= first != UINT32_MAX && one.rank != first;
		first = one.rank;
	}
	assert_true(differ);
	splitter_clear(&s);
	codes_clear(&c);
	dataset_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_best_cut),
		cmocka_unit_test(comes_close_in_a_large_node),
		cmocka_unit_test(keeps_the_better_of_two_features),
		cmocka_unit_test(random_cuts_are_cuts_and_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
