/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "decimal.h"
#include "rng.h"

/* The definition, by libc. */
static void by_libc(char *to, float v)
{
	for (int digits = 6; digits <= 9; digits++) {
		(void)snprintf(to, DECIMAL_SIZE, "%.*g", digits, (double)v);
		if (strtof(to, NULL) == v)
			break;
	}
}

static void assert_like_libc(float v)
{
	char ours[DECIMAL_SIZE] = "", libc[DECIMAL_SIZE];

	*decimal_float(ours, v) = 0;
	by_libc(libc, v);
	assert_string_equal(ours, libc);
}

static void writes_floats_as_libc_does(void **state)
{
	static const float odd[] = { 0,         -0.0F,    1,        -1,     0.1F,
		                     0.5F,      1.5F,     999999,   1e6F,   999999.5F,
		                     0.0001F,   1e-5F,    9.9e-5F,  1e-38F, 3.4e38F,
		                     16777216,  0.00123F, 99999.9F, 1e-45F, 123456.7F,
		                     -0.12345F, 2.5e-4F,  0.1e-3F,  1500,   65535 };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_like_libc(odd[i]);
}

/* Every size of number that features have, and some that they do not. */
static void writes_any_float_as_libc_does(void **state)
{
	struct rng r;

	(void)state;
	rng_init(&r, 7, 0);
	for (int i = 0; i < 200000; i++) {
		float fraction = (float)rng_below(&r, 1U << 24) / (1U << 24);
		int exponent = (int)rng_below(&r, 44) - 16;

		assert_like_libc(ldexpf(fraction, exponent));
		assert_like_libc((float)rng_below(&r, 2000000) / 1000);
	}
}

static void writes_whole_numbers(void **state)
{
	static const uint64_t v[] = { 0, 9, 10, 123456789, UINT64_MAX };
	char ours[DECIMAL_SIZE], libc[DECIMAL_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		*decimal_u64(ours, v[i]) = 0;
		(void)snprintf(libc, sizeof(libc), "%llu", (unsigned long long)v[i]);
		assert_string_equal(ours, libc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_floats_as_libc_does),
		cmocka_unit_test(writes_any_float_as_libc_does),
		cmocka_unit_test(writes_whole_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
