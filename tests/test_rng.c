/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "rng.h"

/* The reference code's first numbers from the state 1, 2, 3, 4. */
static void xoshiro_has_the_reference_values(void **state)
{
	static const uint64_t want[] = {
		11520,
		0,
		1509978240,
		1215971899390074240,
		1216172134540287360,
		607988272756665600,
		16172922978634559625U,
		8476171486693032832,
		10595114339597558777U,
		2904607092377533576,
	};
	struct rng r = { { 1, 2, 3, 4 } };

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_true(rng_u64(&r) == want[i]);
	(void)state;
}

/* Kept for good: a model trained from a seed must come out the same in later versions. */
static void seeding_stays_as_it_is(void **state)
{
	struct rng r;

	rng_init(&r, 42, 7);
	assert_true(r.s[0] == 0x6eab8625df268fbc && r.s[3] == 0x3ef7d517faf51d54);
	assert_true(rng_u64(&r) == 2648032583866158101);
	(void)state;
}

/* Neighbouring seeds and streams, also exchanged, share no number: chance would give one
 * in 10^11. */
static void streams_share_nothing(void **state)
{
	enum { PER = 20, SIDE = 30, ALL = PER * SIDE * SIDE };
	uint64_t *seen = calloc(ALL, sizeof(*seen)), n = 0;
	struct rng r;

	for (uint64_t seed = 0; seed < SIDE; seed++) {
		for (uint64_t stream = 0; stream < SIDE; stream++) {
			rng_init(&r, seed, stream);
			for (int i = 0; i < PER; i++)
				seen[n++] = rng_u64(&r);
		}
	}
	for (uint64_t i = 0; i < ALL; i += 7)
		for (uint64_t k = i + 1; k < ALL; k++)
			assert_true(seen[i] != seen[k]);
	free(seen);
	(void)state;
}

/* Bits of two streams agree half of the time. */
static void streams_are_independent(void **state)
{
	struct rng a, b;
	double agree = 0;

	rng_init(&a, 1, 0);
	rng_init(&b, 1, 1);
	for (int i = 0; i < 100000; i++)
		agree += __builtin_popcountll(~(rng_u64(&a) ^ rng_u64(&b)));
	/* 6.4 million bits: a deviation is 1265, and this is five of them. */
	assert_near((agree - 3200000) / 6325, 0, 1);
	(void)state;
}

/* Chi-square with bound - 1 degrees of freedom, at five deviations. */
static void below_is_uniform(void **state)
{
	for (uint32_t bound = 2; bound < 200; bound += 13) {
		uint32_t seen[200] = { 0 }, n = bound * 2000;
		double chi = 0;
		struct rng r;

		rng_init(&r, 99, bound);
		for (uint32_t i = 0; i < n; i++) {
			uint32_t v = rng_below(&r, bound);

			assert_true(v < bound);
			seen[v]++;
		}
		for (uint32_t i = 0; i < bound; i++)
			chi += (seen[i] - 2000.0) * (seen[i] - 2000.0) / 2000;
		assert_true(fabs(chi - (bound - 1)) < 5 * sqrt(2.0 * (bound - 1)) + 4);
	}
	(void)state;
}

/* Without rejection a third of 3 * 2^30 would come up twice as often. */
static void below_rejects_what_would_bias(void **state)
{
	uint32_t low = 0, bound = 3U << 30;
	struct rng r;

	rng_init(&r, 5, 5);
	for (int i = 0; i < 300000; i++)
		low += rng_below(&r, bound) % 3 == 0;
	assert_near(low / 100000.0, 1, 0.02);
	for (int i = 0; i < 100; i++)
		assert_int_equal(rng_below(&r, 1), 0);
	(void)state;
}

static void unit_fills_its_range(void **state)
{
	double least = 1, most = 0, sum = 0;
	struct rng r;

	rng_init(&r, 1, 1);
	for (int i = 0; i < 1000000; i++) {
		double v = rng_unit(&r);

		assert_true(v >= 0 && v < 1);
		least = fmin(least, v);
		most = fmax(most, v);
		sum += v;
	}
	assert_true(least < 1e-4 && most > 1 - 1e-4);
	assert_near(sum / 1e6, 0.5, 0.002);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xoshiro_has_the_reference_values),
		cmocka_unit_test(seeding_stays_as_it_is),
		cmocka_unit_test(streams_share_nothing),
		cmocka_unit_test(streams_are_independent),
		cmocka_unit_test(below_is_uniform),
		cmocka_unit_test(below_rejects_what_would_bias),
		cmocka_unit_test(unit_fills_its_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
