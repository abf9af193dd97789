/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pairing.h"

#include <errno.h>

#include "testing.h"

#define MOST 40

/* n traces of the classes that text spells; how often each is laid over another. */
static void pair(const char *text, uint64_t seed, uint32_t *over, unsigned *times)
{
	uint32_t class_of[MOST], n = (uint32_t)strlen(text);
	struct rng r;

	rng_init(&r, seed, 0);
	memset(times, 0, MOST * sizeof(*times));
	for (uint32_t i = 0; i < n; i++)
		class_of[i] = (uint32_t)(text[i] - 'a');
	assert_int_equal(pairing_make(over, class_of, n, &r), 0);
	for (uint32_t i = 0; i < n; i++) {
		assert_true(over[i] < n);
		assert_int_not_equal(class_of[over[i]], class_of[i]);
		times[over[i]]++;
	}
}

static void each_is_laid_over_another_class_once(void **state)
{
	const char *sets[] = { "ab", "aabb", "abcabcabc", "aaaabbcd", "cab", "aaabbbc" };
	unsigned times[MOST];
	uint32_t over[MOST];

	(void)state;
	for (size_t s = 0; s < sizeof(sets) / sizeof(sets[0]); s++) {
		for (uint64_t seed = 0; seed < 50; seed++) {
			pair(sets[s], seed, over, times);
			for (size_t i = 0; sets[s][i]; i++)
				assert_int_equal(times[i], 1);
		}
	}
}

static void the_rest_of_a_large_class_gets_others_again(void **state)
{
	unsigned times[MOST];
	uint32_t over[MOST];

	(void)state;
	pair("baaaaaac", 1, over, times);
	assert_int_equal(times[0] + times[7], 6);
	for (int i = 1; i < 7; i++)
		assert_true(times[i] <= 1);
}

/* All partners come up, and the seed decides. */
static void partners_are_drawn(void **state)
{
	unsigned times[MOST], seen[9] = { 0 };
	uint32_t over[MOST], again[MOST];

	(void)state;
	for (uint64_t seed = 0; seed < 600; seed++) {
		pair("aaabbbccc", seed, over, times);
		seen[over[0]]++;
	}
	for (int i = 0; i < 9; i++)
		assert_in_range(seen[i], i < 3 ? 0 : 60, i < 3 ? 0 : 140);
	pair("aaabbbccc", 599, again, times);
	assert_memory_equal(over, again, 9 * sizeof(*over));
}

static void one_class_has_no_other(void **state)
{
	const uint32_t class_of[] = { 3, 3 };
	uint32_t over[2];
	struct rng r;

	(void)state;
	rng_init(&r, 1, 0);
	assert_int_equal(pairing_make(over, class_of, 2, &r), -EINVAL);
	assert_int_equal(pairing_make(over, class_of, 1, &r), -EINVAL);
	assert_int_equal(pairing_make(over, class_of, 0, &r), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_laid_over_another_class_once),
		cmocka_unit_test(the_rest_of_a_large_class_gets_others_again),
		cmocka_unit_test(partners_are_drawn),
		cmocka_unit_test(one_class_has_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
