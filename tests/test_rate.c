/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rate.h"

#include "testing.h"

static void assert_rate(const char *text, uint64_t rate, const char *printed)
{
	char buf[RATE_TEXT_SIZE];
	uint64_t v = 0;

	if (!rate_parse(text, &v))
		fail_msg("%s is refused", text);
	assert_int_equal(v, rate);
	assert_string_equal(rate_text(v, buf), printed);
}

static void rates_are_read_and_printed_in_the_largest_unit(void **state)
{
	(void)state;
	assert_rate("5mbit", 5000000, "5mbit");
	assert_rate("5 Mbit/s", 5000000, "5mbit");
	assert_rate("1500kbit", 1500000, "1500kbit");
	assert_rate("1.5Mbit", 1500000, "1500kbit");
	assert_rate("0.064mbit", 64000, "64kbit");
	assert_rate("1gbit", 1000000000, "1gbit");
	assert_rate("400gbit", RATE_MAX, "400gbit");
	assert_rate("8000", RATE_MIN, "8kbit");
	assert_rate("8001bit/s", 8001, "8001bit");
}

static void what_is_no_rate_is_refused(void **state)
{
	static const char *const bad[] = { "",          "mbit",
		                           "5mb",       "5mbit/h",
		                           "-5mbit",    "5,5mbit",
		                           "5.mbit",    "1.2345mbit",
		                           "7999",      "401gbit",
		                           "8000.5bit", "5mbit x",
		                           "/s",        "999999999999gbit",
		                           "1e6" };
	uint64_t v = 17;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (rate_parse(bad[i], &v))
			fail_msg("'%s' is taken", bad[i]);
	assert_int_equal(v, 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_read_and_printed_in_the_largest_unit),
		cmocka_unit_test(what_is_no_rate_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
