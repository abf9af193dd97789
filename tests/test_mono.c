/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "mono.h"

static void a_second_is_a_million(void **state)
{
	assert_int_equal(mono_ms(1000).us, MONO_SECOND);
	assert_int_equal(mono_ms(-1).us, -1000);
	(void)state;
}

static void order_is_strict(void **state)
{
	struct mono a = { -5 }, b = { 7 };

	assert_true(mono_less(a, b));
	assert_false(mono_less(b, a));
	assert_false(mono_less(a, a));
	assert_int_equal(mono_max(a, b).us, 7);
	assert_int_equal(mono_max(b, a).us, 7);
	(void)state;
}

static void spans_keep_their_sign(void **state)
{
	struct mono a = { 3 }, b = { 10 };

	assert_int_equal(mono_since(b, a).us, 7);
	assert_int_equal(mono_since(a, b).us, -7);
	assert_int_equal(mono_add(a, mono_since(b, a)).us, b.us);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_is_a_million),
		cmocka_unit_test(order_is_strict),
		cmocka_unit_test(spans_keep_their_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
