/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel with neighbours tells is tested by check_marks_policy.sh. */
#include "neigh.h"

#include "testing.h"

static void nobody_is_at_an_address_for_documentation(void **state)
{
	struct fault f;
	struct neigh *n = neigh_new(&f);
	struct addr v4, v6;

	(void)state;
	assert_non_null(n);
	assert_true(addr_parse("192.0.2.77", &v4) && addr_parse("2001:db8::77", &v6));
	assert_null(neigh_mac(n, v4, (struct mono){ 1 }));
	assert_int_equal(neigh_error(n), 0);
	/* Not so soon again, and then again. */
	assert_null(neigh_mac(n, v6, (struct mono){ 2 }));
	assert_null(neigh_mac(n, v6, (struct mono){ 2 * MONO_SECOND }));
	assert_int_equal(neigh_error(n), 0);
	neigh_free(n);
	neigh_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_at_an_address_for_documentation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
