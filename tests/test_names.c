/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "names.h"

static void names_are_numbered_as_they_come(void **state)
{
	struct names n = { 0 };

	assert_int_equal(names_find(&n, "a"), NAMES_NONE);
	assert_int_equal(names_add(&n, "b"), 0);
	assert_int_equal(names_add(&n, "a"), 1);
	assert_int_equal(names_add(&n, ""), 2);
	assert_int_equal(names_add(&n, "b"), 0);
	assert_int_equal(names_find(&n, "a"), 1);
	assert_int_equal(names_find(&n, "A"), NAMES_NONE);
	assert_int_equal(n.count, 3);
	assert_string_equal(n.name[1], "a");
	names_clear(&n);
	assert_int_equal(n.count, 0);
	assert_int_equal(names_find(&n, "a"), NAMES_NONE);
	names_clear(&n);
	(void)state;
}

static void many_names_keep_their_numbers(void **state)
{
	struct names n = { 0 };
	char text[16];

	for (uint32_t i = 0; i < 20000; i++) {
		(void)snprintf(text, sizeof(text), "n%u", i * 7);
		assert_int_equal(names_find(&n, text), NAMES_NONE);
		assert_int_equal(names_add(&n, text), i);
		assert_true(n.count <= n.room);
	}
	for (uint32_t i = 0; i < 20000; i++) {
		(void)snprintf(text, sizeof(text), "n%u", i * 7);
		assert_int_equal(names_find(&n, text), i);
		assert_int_equal(names_add(&n, text), i);
		assert_string_equal(n.name[i], text);
	}
	assert_int_equal(n.count, 20000);
	names_clear(&n);
	(void)state;
}

static void a_name_is_copied(void **state)
{
	struct names n = { 0 };
	char text[] = "first";

	assert_int_equal(names_add(&n, text), 0);
	text[0] = 'F';
	assert_string_equal(n.name[0], "first");
	names_clear(&n);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_numbered_as_they_come),
		cmocka_unit_test(many_names_keep_their_numbers),
		cmocka_unit_test(a_name_is_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
