/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hours.h"

#include "testing.h"

enum { SUN, MON, TUE, WED, THU, FRI, SAT };

static struct hours hours(const char *days, const char *span)
{
	struct hours h = HOURS_ALL;

	if (days && !hours_parse_days(days, &h))
		fail_msg("days %s", days);
	if (span && !hours_parse_span(span, &h))
		fail_msg("hours %s", span);
	return h;
}

static bool hold(const struct hours *h, unsigned day, unsigned hour, unsigned minute)
{
	return hours_hold(h, (struct hours_wall){ day, hour * 60 + minute });
}

static const char *printed(const struct hours *h)
{
	static char text[100];
	FILE *out = fmemopen(text, sizeof(text), "w");

	text[0] = 0;
	hours_print(h, out);
	fclose(out);
	return text;
}

static void a_day_s_hours_have_a_begin_and_an_end(void **state)
{
	struct hours h = hours("mon-fri", "18:00-20:30");

	(void)state;
	assert_false(hold(&h, MON, 17, 59));
	assert_true(hold(&h, MON, 18, 0));
	assert_true(hold(&h, FRI, 20, 29));
	assert_false(hold(&h, FRI, 20, 30));
	assert_false(hold(&h, SAT, 19, 0));
	assert_string_equal(printed(&h), " days mon,tue,wed,thu,fri hours 18:00-20:30");
}

static void what_goes_over_midnight_belongs_to_its_first_day(void **state)
{
	struct hours h = hours("fri", "22:00-06:00");

	(void)state;
	assert_false(hold(&h, FRI, 5, 0)); /* that was Thursday's */
	assert_false(hold(&h, FRI, 21, 59));
	assert_true(hold(&h, FRI, 22, 0));
	assert_true(hold(&h, SAT, 0, 0));
	assert_true(hold(&h, SAT, 5, 59));
	assert_false(hold(&h, SAT, 6, 0));
	assert_false(hold(&h, SAT, 23, 0));
	h = hours("sat", "22:00-06:00");
	assert_true(hold(&h, SUN, 1, 0)); /* over the week's end */
}

static void days_may_go_over_the_week_s_end(void **state)
{
	struct hours h = hours("SAT-mon,wed", NULL);

	(void)state;
	assert_true(hold(&h, SAT, 0, 0) && hold(&h, SUN, 23, 59) &&
	            hold(&h, MON, 12, 0) && hold(&h, WED, 1, 1));
	assert_false(hold(&h, TUE, 12, 0) || hold(&h, THU, 0, 0) || hold(&h, FRI, 0, 0));
	assert_string_equal(printed(&h), " days sun,mon,wed,sat");
}

static void all_the_time_is_printed_as_nothing(void **state)
{
	struct hours h = hours("mon-sun", "00:00-24:00");

	(void)state;
	assert_string_equal(printed(&h), "");
	assert_true(hold(&h, SUN, 0, 0) && hold(&h, SAT, 23, 59));
	h = hours(NULL, "18:00-00:00");
	assert_string_equal(printed(&h), " hours 18:00-24:00");
	assert_true(hold(&h, SUN, 23, 59));
	assert_false(hold(&h, MON, 0, 0));
}

static void hours_cover_what_they_hold_all_of(void **state)
{
	struct hours all = HOURS_ALL, week = hours("mon-fri", NULL);
	struct hours day = hours("mon-fri", "08:00-20:00");
	struct hours night = hours("fri", "22:00-06:00");
	struct hours rest = hours("fri,sat", NULL);

	(void)state;
	assert_true(hours_cover(&all, &night) && hours_cover(&day, &day));
	assert_true(hours_cover(&week, &day));
	assert_false(hours_cover(&day, &week));
	assert_false(hours_cover(&week, &night)); /* Saturday's morning */
	assert_true(hours_cover(&rest, &night));
	assert_false(hours_cover(&night, &rest));
}

static void what_is_neither_days_nor_hours_is_refused(void **state)
{
	static const char *const days[] = { "",     "mo",       "monday",
		                            "mon-", "mon,",     ",mon",
		                            "mon;", "mon--tue", "mon-fri-sun",
		                            "1" };
	static const char *const spans[] = { "",
		                             "18:00",
		                             "18:00-",
		                             "18:0-19:00",
		                             "24:00-06:00",
		                             "18:00-24:01",
		                             "18:60-19:00",
		                             "18:00-18:00",
		                             "00:00-00:0",
		                             "18:00-19:00x",
		                             "18:00 19:00",
		                             "1a:00-19:00" };
	struct hours h = { 1, 2, 3 };

	(void)state;
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (hours_parse_days(days[i], &h))
			fail_msg("'%s' is taken", days[i]);
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		if (hours_parse_span(spans[i], &h))
			fail_msg("'%s' is taken", spans[i]);
	assert_true(h.days == 1 && h.from_min == 2 && h.to_min == 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_s_hours_have_a_begin_and_an_end),
		cmocka_unit_test(what_goes_over_midnight_belongs_to_its_first_day),
		cmocka_unit_test(days_may_go_over_the_week_s_end),
		cmocka_unit_test(all_the_time_is_printed_as_nothing),
		cmocka_unit_test(hours_cover_what_they_hold_all_of),
		cmocka_unit_test(what_is_neither_days_nor_hours_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
