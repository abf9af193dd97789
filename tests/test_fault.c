/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include <errno.h>

#include "fault.h"

static void the_error_is_returned_and_told(void **state)
{
	struct fault f;

	assert_int_equal(fault_set(&f, -EINVAL, "%s:%d: bad", "x.ini", 7), -EINVAL);
	assert_string_equal(f.text, "x.ini:7: bad");
	assert_int_equal(fault_prefix(&f, -ENOENT, "reload"), -ENOENT);
	assert_string_equal(f.text, "reload: x.ini:7: bad");
	(void)state;
}

static void nobody_needs_to_listen(void **state)
{
	assert_int_equal(fault_set(NULL, -EIO, "%s", "lost"), -EIO);
	assert_int_equal(fault_prefix(NULL, -EIO, "lost"), -EIO);
	(void)state;
}

static void long_texts_are_cut(void **state)
{
	char text[2000];
	struct fault f;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	fault_set(&f, -EIO, "%s", text);
	assert_int_equal(strlen(f.text), sizeof(f.text) - 1);
	fault_prefix(&f, -EIO, text);
	assert_int_equal(strlen(f.text), sizeof(f.text) - 1);
	/* A long name leaves room for the reason. */
	fault_set(&f, -EIO, "reason");
	fault_prefix(&f, -EIO, text);
	assert_non_null(strstr(f.text, ": reason"));
	(void)state;
}

/* What a file name says is text, not a format. */
static void a_prefix_is_no_format(void **state)
{
	struct fault f;

	fault_set(&f, -EIO, "%s", "100%s");
	fault_prefix(&f, -EIO, "%n%s");
	assert_string_equal(f.text, "%n%s: 100%s");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_error_is_returned_and_told),
		cmocka_unit_test(nobody_needs_to_listen),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(a_prefix_is_no_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
