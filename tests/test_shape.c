/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shape.h"

#include <errno.h>

#include "testing.h"

static struct shape shape(const char *text)
{
	struct shape s = { .name = "x" };
	struct fault f;

	if (shape_parse(text, &s, &f) < 0)
		fail_msg("'%s': %s", text, f.text);
	assert_string_equal(s.name, "x");
	return s;
}

static void assert_refused(const char *text, const char *why)
{
	struct shape s = { .prio = 99 };
	struct fault f;

	assert_int_equal(shape_parse(text, &s, &f), -EINVAL);
	if (!strstr(f.text, why))
		fail_msg("'%s' does not say '%s'", f.text, why);
	assert_int_equal(s.prio, 99);
}

static void parts_come_in_any_order(void **state)
{
	struct shape s = shape("prio 2 UP 5 Mbit/s ceil 6mbit down 1.5mbit");

	(void)state;
	assert_int_equal(s.prio, 2);
	assert_int_equal(s.up, 5000000);
	assert_int_equal(s.up_ceil, 6000000);
	assert_int_equal(s.down, 1500000);
	assert_int_equal(s.down_ceil, 1500000);
}

static void what_is_not_said_is_left_to_the_link(void **state)
{
	struct shape s = shape("down 5mbit");

	(void)state;
	assert_int_equal(s.up, 0);
	assert_int_equal(s.up_ceil, 0);
	assert_int_equal(s.prio, SHAPE_PRIO_STANDARD);
	s = shape("prio 0");
	assert_true(s.down == 0 && s.up == 0 && s.prio == 0);
}

static void what_is_printed_reads_the_same(void **state)
{
	static const char *const texts[] = {
		"down 5mbit ceil 6mbit up 1500kbit prio 2",
		"up 64kbit prio 4",
		"prio 7",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct shape s = shape(texts[i]);
		char text[200];
		FILE *out = fmemopen(text, sizeof(text), "w");

		shape_print(&s, out);
		fclose(out);
		assert_string_equal(text, texts[i]);
	}
}

static void errors_say_what_is_allowed(void **state)
{
	(void)state;
	assert_refused("", "unknown word");
	assert_refused("5mbit", "unknown word '5mbit'");
	assert_refused("down", "a rate is missing");
	assert_refused("down fast", "'fast' is not a rate from 8kbit");
	assert_refused("down 5mbit ceil", "a rate is missing");
	assert_refused("down 5mbit ceil 4mbit", "ceil is below");
	assert_refused("ceil 5mbit", "unknown word 'ceil'");
	assert_refused("down 5mbit down 6mbit", "down is given twice");
	assert_refused("prio 8", "0 (goes first) to 7");
	assert_refused("prio 10", "0 (goes first) to 7");
	assert_refused("prio", "0 (goes first) to 7");
	assert_refused("up 1mbit \"", "unknown word");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_come_in_any_order),
		cmocka_unit_test(what_is_not_said_is_left_to_the_link),
		cmocka_unit_test(what_is_printed_reads_the_same),
		cmocka_unit_test(errors_say_what_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
