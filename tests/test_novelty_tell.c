/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "novelty_data.h"

/* Each feature by itself, from the boxes of all trees: which boxes it leaves, and whether
 * its value is beyond what the boxes on that side are said to hold. */
static void expect_stray(const struct novelty *n, const uint8_t *code, float value,
                         const struct novelty_stray *s)
{
	unsigned width = novelty_width(n), below = 0, above = 0;

	for (unsigned t = 0; t < n->trees; t++) {
		uint32_t box = n->box_of[novelty_leaf(n, t, code)];
		const uint8_t *low = n->box + (size_t)box * 2 * width;

		below += code[s->feature] < low[s->feature];
		above += code[s->feature] > low[width + s->feature];
	}
	assert_int_equal(s->below, below);
	assert_int_equal(s->above, above);
	assert_true(s->least <= s->largest && s->steps > 0);
	if (below > above)
		assert_true(s->least_open ? value <= s->least : value < s->least);
	else
		assert_true(s->largest_open ? value >= s->largest : value > s->largest);
}

static void what_strays_adds_up_to_the_novelty(void **state)
{
	static struct learned l;
	const struct novelty *n = &l.n;
	struct novelty_stray s[FEATURES];
	uint8_t code[FOREST_FEATURES_MAX + NOVELTY_LANES];
	float x[FEATURES];
	struct rng rng;

	(void)state;
	learn(&l, NULL, 10);
	rng_init(&rng, 11, 0);
	for (int row = 0; row < 300; row++) {
		unsigned found, boxes = 0;

		put_row(&rng, row % 2, 20 * rng_unit(&rng) - 10, x);
		novelty_code(n, x, code);
		found = novelty_tell(n, x, s);
		for (unsigned i = 0; i < found; i++) {
			expect_stray(n, code, x[s[i].feature], &s[i]);
			boxes += s[i].below + s[i].above;
			assert_true(i == 0 || s[i].below + s[i].above <=
			                              s[i - 1].below + s[i - 1].above);
		}
		assert_float_equal(novelty_of(n, x),
		                   boxes / (double)(FEATURES * NOVELTY_TREES), 1e-6);
	}
	forget(&l);
}

/* Two trees of one leaf, two features with cuts 10, 20, ... 50.  Codes 1, 3, ... are
 * cuts, even ones what lies between. */
static void the_known_range_is_in_the_features_units(void **state)
{
	float cut[2][NOVELTY_CUTS + 1];
	struct novelty_node node[2] = { { 0, 0, UINT16_MAX }, { 1, 0, UINT16_MAX } };
	uint32_t box_of[2] = { 0, 1 };
	uint8_t box[4 * NOVELTY_LANES] = { [0] = 3, [1] = 4 };
	const struct novelty n = { .trees = 2,
		                   .asks = 2,
		                   .ask = { 4, 7 },
		                   .cut = cut,
		                   .cuts = { 5, 5 },
		                   .root = { 0, 1, 2 },
		                   .node = node,
		                   .box_of = box_of,
		                   .boxes = 2,
		                   .box = box };
	struct novelty_stray s[2];
	float x[8] = { [4] = 50, [7] = 10 };

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k <= NOVELTY_CUTS; k++)
			cut[i][k] = k < 5 ? 10 * (float)(k + 1) : INFINITY;
	box[NOVELTY_LANES] = 5;     /* [20, 30] */
	box[NOVELTY_LANES + 1] = 6; /* (20, 40) */
	box[2 * NOVELTY_LANES] = 1;
	box[2 * NOVELTY_LANES + 1] = 1; /* from 10: the second holds all of feature 7 */
	box[3 * NOVELTY_LANES] = 8;     /* [10, 50) */
	box[3 * NOVELTY_LANES + 1] = 9;
	assert_int_equal(novelty_tell(&n, x, s), 2);
	assert_int_equal(s[0].feature, 4);
	assert_int_equal(s[0].above, 2);
	assert_int_equal(s[0].below, 0);
	assert_int_equal(s[0].steps, 1); /* 50 is the next code after (40, 50) */
	assert_true(s[0].least == 10 && !s[0].least_open);
	assert_true(s[0].largest == 50 && s[0].largest_open);
	assert_int_equal(s[1].feature, 7);
	assert_int_equal(s[1].below, 1);
	assert_int_equal(s[1].above, 0);
	assert_int_equal(s[1].steps, 3);
	assert_true(s[1].least == 20 && s[1].least_open);
	assert_true(s[1].largest == 40 && s[1].largest_open);
	x[4] = x[7] = 25;
	assert_int_equal(novelty_tell(&n, x, s), 0);
}

static void nothing_learned_is_nothing_outside(void **state)
{
	const struct novelty n = { 0 };
	const float x[1] = { 5 };

	(void)state;
	assert_int_equal(novelty_tell(&n, x, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_strays_adds_up_to_the_novelty),
		cmocka_unit_test(the_known_range_is_in_the_features_units),
		cmocka_unit_test(nothing_learned_is_nothing_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
