/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "novelty_data.h"

static void what_was_never_seen_is_novel(void **state)
{
	static struct learned l;
	float x[FEATURES], limit;
	unsigned known = 0;
	struct rng rng;

	(void)state;
	learn(&l, NULL, 1);
	limit = novelty_limit(l.unseen, ROWS, 0.05);
	rng_init(&rng, 8, 0);
	for (int i = 0; i < 1000; i++) {
		put_row(&rng, i % 2, rng_unit(&rng), x);
		known += novelty_of(&l.n, x) <= limit;
		/* Beside both, and mixed of the two. */
		put_row(&rng, 0, -8, x);
		assert_true(novelty_of(&l.n, x) > 0.5F);
		put_row(&rng, 0, rng_unit(&rng), x);
		for (unsigned f = 0; f < FEATURES / 2; f++)
			x[f] = 42 + (float)f;
		assert_true(novelty_of(&l.n, x) > limit);
	}
	/* Not more than the share that was asked for, and some: 20 trees agree better
	 * than the few that do not know a row. */
	assert_in_range(known, 940, 995);
	forget(&l);
}

/* From the boxes of all trees, one after the other, by the values themselves. */
static void novelty_is_the_share_outside_the_boxes(void **state)
{
	static struct learned l;
	const struct novelty *n = &l.n;
	unsigned width;
	struct rng rng;

	(void)state;
	learn(&l, NULL, 2);
	width = novelty_width(n);
	assert_int_equal(n->trees, NOVELTY_TREES);
	assert_int_equal(n->asks, FEATURES);
	rng_init(&rng, 9, 0);
	for (int i = 0; i < 300; i++) {
		uint8_t code[FOREST_FEATURES_MAX + NOVELTY_LANES];
		unsigned outside = 0;
		float x[FEATURES];

		put_row(&rng, i % 2, 20 * rng_unit(&rng) - 10, x);
		if (i % 3 == 0)
			x[i % FEATURES] = n->cut[i % FEATURES][i % 50];
		novelty_code(n, x, code);
		for (unsigned f = 0; f < FEATURES; f++) {
			unsigned want = 0;

			for (unsigned k = 0; k < n->cuts[f]; k++)
				want += (n->cut[f][k] < x[f]) + (n->cut[f][k] <= x[f]);
			assert_int_equal(code[f], want);
		}
		for (unsigned t = 0; t < n->trees; t++) {
			uint32_t box = n->box_of[novelty_leaf(n, t, code)];
			const uint8_t *low = n->box + (size_t)box * 2 * width;
			unsigned here = 0;

			for (unsigned f = 0; f < FEATURES; f++)
				here += code[f] < low[f] || code[f] > low[width + f];
			assert_int_equal(novelty_outside(n, box, code), here);
			outside += here;
		}
		assert_float_equal(novelty_of(n, x),
		                   outside / (double)(FEATURES * NOVELTY_TREES), 1e-6);
	}
	forget(&l);
}

/* Trees that know a row have it in a box: that it is not novel to them says nothing. */
static void rows_are_judged_by_trees_that_do_not_know_them(void **state)
{
	static struct learned l;
	double unseen = 0, seen = 0;

	(void)state;
	learn(&l, NULL, 3);
	for (size_t i = 0; i < ROWS; i++) {
		unseen += (double)l.unseen[i];
		seen += (double)novelty_of(&l.n, l.d.x + i * FEATURES);
	}
	assert_true(unseen > 1.5 * seen);
	forget(&l);
}

static void only_features_that_count_are_looked_at(void **state)
{
	static struct learned l;
	bool only[FEATURES] = { [3] = true, [17] = true };
	float x[FEATURES], y;

	(void)state;
	learn(&l, only, 4);
	assert_int_equal(l.n.asks, 2);
	memcpy(x, l.d.x, sizeof(x));
	y = novelty_of(&l.n, x);
	for (unsigned f = 0; f < FEATURES; f++)
		x[f] = only[f] ? x[f] : -1e9F;
	assert_true(novelty_of(&l.n, x) == y);
	x[3] = x[17] = -1e9F;
	assert_true(novelty_of(&l.n, x) == 1);
	forget(&l);
}

static void nothing_learned_is_nothing_novel(void **state)
{
	const struct novelty n = { 0 };
	const float x[1] = { 5 };

	(void)state;
	assert_true(novelty_of(&n, x) == 0);
}

/* Of n known ones the limit leaves as many above it as the share says, counting one more
 * that could be anywhere. */
static void the_limit_is_that_of_a_share(void **state)
{
	float v[99];

	(void)state;
	for (int i = 0; i < 99; i++)
		v[i] = (float)((i * 37) % 99);
	assert_true(novelty_limit(v, 99, 0.05) == 94);
	assert_true(novelty_limit(v, 99, 0.5) == 49);
	assert_true(novelty_limit(v, 99, 0.01) == 98);
	assert_true(novelty_limit(v, 99, 0.009) == NOVELTY_NEVER);
	assert_true(novelty_limit(v, 99, 0) == NOVELTY_NEVER);
	assert_true(novelty_limit(v, 99, 1) == 0);
	assert_true(novelty_limit(v, 0, 0.5) == NOVELTY_NEVER);
}

static void bytes_of(const struct novelty *n, struct bytes *b)
{
	*b = (struct bytes){ 0 };
	novelty_pack(n, b);
	assert_false(b->failed);
}

static void it_comes_back_as_it_was(void **state)
{
	static struct learned l, again;
	struct bytes b, c, d;
	struct novelty n = { 0 };
	struct fault f = { "" };

	(void)state;
	learn(&l, NULL, 5);
	learn(&again, NULL, 5);
	bytes_of(&l.n, &b);
	bytes_of(&again.n, &d);
	assert_int_equal(b.len, d.len);
	assert_memory_equal(b.data, d.data, b.len);
	if (novelty_parse(&n, FEATURES, cur_of(b.data, b.len), &f))
		fail_msg("%s", f.text);
	bytes_of(&n, &c);
	assert_int_equal(b.len, c.len);
	assert_memory_equal(b.data, c.data, b.len);
	for (size_t i = 0; i < ROWS; i++)
		assert_true(novelty_of(&n, l.d.x + i * FEATURES) ==
		            novelty_of(&l.n, l.d.x + i * FEATURES));
	novelty_clear(&n);
	free(b.data);
	free(c.data);
	free(d.data);
	forget(&l);
	forget(&again);
}

/* Cut anywhere, and every byte changed: refused, or as good as any other. */
static void bad_bytes_are_refused_or_safe(void **state)
{
	static struct learned l;
	struct bytes b;
	struct novelty last = { 0 };
	size_t refused = 0;

	(void)state;
	learn(&l, NULL, 6);
	bytes_of(&l.n, &b);
	for (size_t at = 0; at < b.len; at += 1 + at / 300) {
		uint8_t *copy = copy_of(b.data, at);
		struct novelty n = { 0 };

		assert_int_equal(novelty_parse(&n, FEATURES, cur_of(copy, at), NULL),
		                 -EINVAL);
		novelty_clear(&n);
		free(copy);
	}
	for (size_t at = 0; at < b.len; at += 1 + at / 300) {
		uint8_t *copy = copy_of(b.data, b.len);
		struct novelty n = { 0 };
		float x[FEATURES] = { -1e30F, 1e30F, 50 };
		struct bytes again;

		copy[at] ^= (uint8_t)(1 + at % 255);
		if (novelty_parse(&n, FEATURES, cur_of(copy, b.len), NULL)) {
			refused++;
		} else {
			assert_true(novelty_of(&n, x) <= 1);
			bytes_of(&n, &again);
			assert_int_equal(again.len, b.len);
			assert_memory_equal(again.data, copy, b.len);
			free(again.data);
		}
		novelty_clear(&n);
		free(copy);
	}
	assert_true(refused > 50);
	/* The last box ends the bytes: its least code is above its largest. */
	b.data[b.len - 2 * FEATURES] = UINT8_MAX;
	assert_int_equal(novelty_parse(&last, FEATURES, cur_of(b.data, b.len), NULL),
	                 -EINVAL);
	novelty_clear(&last);
	free(b.data);
	forget(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_never_seen_is_novel),
		cmocka_unit_test(novelty_is_the_share_outside_the_boxes),
		cmocka_unit_test(rows_are_judged_by_trees_that_do_not_know_them),
		cmocka_unit_test(only_features_that_count_are_looked_at),
		cmocka_unit_test(nothing_learned_is_nothing_novel),
		cmocka_unit_test(the_limit_is_that_of_a_share),
		cmocka_unit_test(it_comes_back_as_it_was),
		cmocka_unit_test(bad_bytes_are_refused_or_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
