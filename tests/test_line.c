/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "line.h"

#include "testing.h"

static void grows_by_what_is_put(void **state)
{
	char buf[40] = "before";
	struct line l = line_in(buf, sizeof(buf));

	(void)state;
	assert_string_equal(buf, "");
	line_put(&l, "%s=%d", "n", 7);
	line_put(&l, " \"");
	line_escaped(&l, "a\"b\n", ESCAPE_KV);
	assert_string_equal(buf, "n=7 \"a\\\"b\\x0a");
	assert_int_equal(l.len, strlen(buf));
}

/* For the address sanitizer in a block of just its size. */
static void what_does_not_fit_is_cut(void **state)
{
	(void)state;
	for (size_t size = 1; size < 12; size++) {
		char *buf = malloc(size);
		struct line l;

		assert_non_null(buf);
		l = line_in(buf, size);
		for (int i = 0; i < 4; i++)
			line_put(&l, "%s", "abc");
		line_escaped(&l, "d", ESCAPE_KV);
		assert_int_equal(strlen(buf), size - 1);
		assert_int_equal(l.len, size - 1);
		assert_memory_equal(buf, "abcabcabcabc", size - 1);
		free(buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_by_what_is_put),
		cmocka_unit_test(what_does_not_fit_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
