/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures are exact: computed from the definitions in rational arithmetic. */
#include "testing.h"

#include "rng.h"
#include "stats.h"

static uint64_t jitter_of_one_byte(uint64_t i)
{
	return 1500 - (i % 3 == 0);
}

static uint64_t lengths(uint64_t i)
{
	return 40 + i * 7919 % 1461;
}

static uint64_t outlier(uint64_t i)
{
	return i < 4 ? i + 1 : 100;
}

/* 75 s apart to the millisecond, as keep-alives are: all far above 67 s. */
static uint64_t heartbeat(uint64_t i)
{
	return 75000000 + i * 7919 % 2003;
}

static uint64_t long_gap_first(uint64_t i)
{
	return i ? 10000 + i * 7919 % 1009 : 68000000;
}

static uint64_t long_gap_last(uint64_t i)
{
	return i < 99999 ? 10000 + i * 7919 % 1009 : 68000000;
}

static uint64_t an_hour_now_and_then(uint64_t i)
{
	return i % 50 == 49 ? 3600000000 + i : 1000 + i % 17;
}

static uint64_t about_exact_limit(uint64_t i)
{
	return STATS_EXACT - (i % 3 == 0);
}

static uint64_t below_exact_limit(uint64_t i)
{
	return i % 2 * (STATS_EXACT - 1);
}

static uint64_t about_the_most(uint64_t i)
{
	static const uint64_t v[] = { 0, STATS_MOST / 2, STATS_MOST / 2 - 1, 5 };

	return v[i];
}

static const struct {
	const char *name;
	uint64_t (*value)(uint64_t i);
	uint64_t count;
	double mean, std, kurtosis, skew;
} samples[] = {
	{ "jitter of one byte", jitter_of_one_byte, 1000000, 1499.6666660000001,
	  0.47140475649276176, -1.5000044999865001, -0.7071035992084187 },
	{ "lengths", lengths, 5000, 770.07560000000001, 421.8184190912483,
	  -1.2000413217014614, -0.00017934231079304744 },
	{ "outlier", outlier, 5, 22, 39.012818406262319, 0.24671648930016352,
	  1.4975367033335198 },
	{ "heartbeat", heartbeat, 1000, 75001005.582000002, 579.05005593299097,
	  -1.2031186190852827, -0.012983789597633688 },
	{ "long gap first", long_gap_first, 100000, 11183.910379999999,
	  215000.78656546495, 99994.63295253049, 316.22215200519219 },
	{ "long gap last", long_gap_last, 100000, 11183.90409, 215000.78659090007,
	  99994.632942215831, 316.2221519807282 },
	{ "an hour now and then", an_hour_now_and_then, 5000, 72001038.317000002,
	  504000212.24046993, 45.020408163297766, 6.8571428571446136 },
	{ "about exact limit", about_exact_limit, 100000, 67108863.666660003,
	  0.47140687776060292, -1.5000449986500226, -0.70707496162003747 },
	{ "below exact limit", below_exact_limit, 500000, 33554431.5, 33554431.5, -2, 0 },
	{ "about the most", about_the_most, 4, 274877906944.5, 274877906942, -2,
	  -1.1911400820936932e-22 },
};

#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static void moments_are_exact(void **state)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		struct stats s = { 0 };
		struct moments m;

		for (uint64_t k = 0; k < samples[i].count; k++)
			stats_add(&s, samples[i].value(k), 1);
		m = stats_moments(&s);
		print_message("%s\n", samples[i].name);
		assert_near(m.mean / samples[i].mean, 1, 1e-9);
		assert_near(m.std / samples[i].std, 1, 1e-9);
		assert_near(m.kurtosis, samples[i].kurtosis, 1e-7);
		assert_near(m.skew, samples[i].skew, 1e-7);
	}
	(void)state;
}

/* Two samples joined are the sample of both, whichever of them comes first. */
static void joined_samples_are_one(void **state)
{
	for (uint64_t cut = 0; cut <= 5000; cut += 500) {
		struct stats a = { 0 }, b = { 0 }, ab, ba;
		struct moments m;

		for (uint64_t k = 0; k < 5000; k++)
			stats_add(k < cut ? &a : &b, lengths(k), 1);
		ab = stats_join(&a, &b);
		ba = stats_join(&b, &a);
		m = stats_moments(&ab);
		assert_near(m.mean, samples[1].mean, 1e-9);
		assert_near(m.std, samples[1].std, 1e-9);
		assert_near(m.kurtosis, samples[1].kurtosis, 1e-9);
		assert_near(m.skew, samples[1].skew, 1e-9);
		assert_near(stats_moments(&ba).kurtosis, m.kurtosis, 1e-12);
		assert_int_equal(ab.count, 5000);
		assert_int_equal(ab.s1, a.s1 + b.s1);
		assert_int_equal(ab.min, 40);
		assert_int_equal(ab.max, 1500);
	}
	(void)state;
}

static void many_at_once_are_many_one_by_one(void **state)
{
	struct stats once = { 0 }, singly = { 0 };

	for (uint64_t v = 3; v < 200000000; v = v * 3 + 1) {
		stats_add(&once, v, v % 7);
		for (uint64_t k = 0; k < v % 7; k++)
			stats_add(&singly, v, 1);
	}
	assert_int_equal(once.count, singly.count);
	assert_true(once.s2 == singly.s2 && once.s3 == singly.s3 && once.s4 == singly.s4);
	(void)state;
}

static void nothing_has_moments_of_zero(void **state)
{
	struct stats s = { 0 };
	struct moments m = stats_moments(&s);

	stats_add(&s, 77, 0);
	assert_int_equal(s.count, 0);
	assert_true(m.mean == 0 && m.min == 0 && m.max == 0 && m.std == 0 &&
	            m.kurtosis == 0 && m.skew == 0);
	(void)state;
}

/* Deviation, kurtosis and skew are 0 below three values or without variance. */
static void two_values_have_no_deviation(void **state)
{
	struct stats s = { 0 };
	struct moments m;

	stats_add(&s, 40, 1);
	stats_add(&s, 1500, 1);
	m = stats_moments(&s);
	assert_true(m.mean == 770 && m.min == 40 && m.max == 1500);
	assert_true(m.std == 0 && m.kurtosis == 0 && m.skew == 0);
	stats_add(&s, 770, 1);
	assert_near(stats_moments(&s).std, 596.04250407723998, 1e-12);
	(void)state;
}

static void equal_values_have_no_deviation(void **state)
{
	static const uint64_t values[] = { 0, 1500, STATS_EXACT, STATS_MOST };

	for (size_t i = 0; i < 4; i++) {
		struct stats s = { 0 };
		struct moments m;

		stats_add(&s, values[i], 1000);
		m = stats_moments(&s);
		assert_true(m.mean == (double)values[i]);
		assert_true(m.std == 0 && m.kurtosis == 0 && m.skew == 0);
	}
	(void)state;
}

static void what_is_above_the_most_counts_as_that(void **state)
{
	struct stats s = { 0 };

	stats_add(&s, UINT64_MAX, 1);
	assert_int_equal(s.max, STATS_MOST);
	assert_int_equal(s.s1, STATS_MOST);
	(void)state;
}

/* Sums that overflow would be of bursts that last for years: wrong figures are allowed,
 * endless ones are not, since a forest compares them. */
static void moments_are_finite_whatever_comes(void **state)
{
	struct rng r;

	rng_init(&r, 1, 2);
	for (int round = 0; round < 20000; round++) {
		struct stats s = { 0 };
		uint64_t base = rng_u64(&r) >> (rng_below(&r, 64));
		uint64_t mask = UINT64_MAX >> rng_below(&r, 64);
		uint32_t n = 3 + rng_below(&r, 40);
		struct moments m;

		for (uint32_t i = 0; i < n; i++)
			stats_add(&s, base + (rng_u64(&r) & mask), 1 + rng_below(&r, 9));
		m = stats_moments(&s);
		assert_true(isfinite((float)m.mean) && isfinite((float)m.std));
		assert_true(isfinite((float)m.kurtosis) && isfinite((float)m.skew));
		assert_true(m.std >= 0);
		assert_true(m.min <= m.mean && m.mean <= m.max);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_are_exact),
		cmocka_unit_test(joined_samples_are_one),
		cmocka_unit_test(many_at_once_are_many_one_by_one),
		cmocka_unit_test(nothing_has_moments_of_zero),
		cmocka_unit_test(two_values_have_no_deviation),
		cmocka_unit_test(equal_values_have_no_deviation),
		cmocka_unit_test(what_is_above_the_most_counts_as_that),
		cmocka_unit_test(moments_are_finite_whatever_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
