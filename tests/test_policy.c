/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy.h"

#include <time.h>

#include "testing.h"
#include "wall.h"

static struct plan plan;
static const struct mac card = { { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } };

static void take(enum plan_section section, const char *key, const char *value)
{
	struct fault f;

	if (plan_take(&plan, section, key, value, &f) < 0)
		fail_msg("%s = %s: %s", key, value, f.text);
}

static void begin(void)
{
	plan = (struct plan){
		.enabled = true, .mask = 0x0f000000, .skip_bit = 0x10000000, .other = 3
	};
	take(PLAN_MARK, "Youtube", "4");
	take(PLAN_MARK, "Chat", "5");
	take(PLAN_DEVICES, "tablet", "192.168.1.7,aa:bb:cc:dd:ee:ff");
	take(PLAN_SHAPE, "Youtube", "down 5mbit");
	take(PLAN_SHAPE, "slow", "down 1mbit");
}

static void settle(void)
{
	struct fault f;

	if (plan_settle(&plan, &f) < 0)
		fail_msg("%s", f.text);
}

static uint32_t value(const char *app, const char *address, const struct mac *mac,
                      struct hours_wall now)
{
	struct policy_now at = policy_at(&plan, now);
	struct policy_client client = { .mac = mac };

	assert_true(addr_parse(address, &client.addr));
	return policy_value(&plan, &at, app, &client);
}

static const struct hours_wall monday_noon = { 1, 12 * 60 };

static void without_rules_an_app_has_its_own_value(void **state)
{
	(void)state;
	begin();
	settle();
	assert_int_equal(value("Youtube", "10.0.0.1", NULL, monday_noon), 4);
	assert_int_equal(value("chat", "10.0.0.1", NULL, monday_noon), 5);
	assert_int_equal(value("Mail", "10.0.0.1", NULL, monday_noon), 3);
	assert_int_equal(value(NULL, "10.0.0.1", NULL, monday_noon), PLAN_UNKNOWN);
	assert_int_equal(policy_mark(&plan, 4), 0x04000000);
	assert_false(policy_blocks(&plan, 0));
	assert_false(policy_needs_hours(&plan) || policy_needs_macs(&plan));
}

static void the_first_rule_that_fits_decides(void **state)
{
	(void)state;
	begin();
	take(PLAN_POLICY, "1", "app youtube device 10.0.0.0/8 none");
	take(PLAN_POLICY, "2", "app unknown mark 9");
	take(PLAN_POLICY, "3", "app Youtube block");
	take(PLAN_POLICY, "4", "app any shape slow");
	settle();
	assert_int_equal(value("Youtube", "10.0.0.1", NULL, monday_noon), 3);
	assert_int_equal(value("Youtube", "11.0.0.1", NULL, monday_noon), 15);
	assert_true(policy_blocks(&plan, 15));
	assert_int_equal(value(NULL, "10.0.0.1", NULL, monday_noon), 9);
	assert_int_equal(value("Chat", "10.0.0.1", NULL, monday_noon), 14);
	assert_int_equal(value("Mail", "fd00::1", NULL, monday_noon), 14);
}

static void none_leaves_an_app_its_mark_where_that_does_nothing(void **state)
{
	(void)state;
	begin();
	take(PLAN_POLICY, "1", "app any none");
	settle();
	assert_int_equal(value("Chat", "10.0.0.1", NULL, monday_noon), 5);
	assert_int_equal(value("Youtube", "10.0.0.1", NULL, monday_noon), 3);
	assert_int_equal(value(NULL, "10.0.0.1", NULL, monday_noon), PLAN_UNKNOWN);
}

static void devices_are_known_by_address_or_card(void **state)
{
	const struct mac other = { { 1, 2, 3, 4, 5, 6 } };

	(void)state;
	begin();
	take(PLAN_POLICY, "1", "app any device tablet block");
	settle();
	assert_true(policy_needs_macs(&plan));
	assert_int_equal(value("Chat", "192.168.1.7", NULL, monday_noon), 15);
	assert_int_equal(value("Chat", "192.168.1.8", NULL, monday_noon), 5);
	assert_int_equal(value("Chat", "192.168.1.8", &other, monday_noon), 5);
	assert_int_equal(value("Chat", "fd00::8", &card, monday_noon), 15);
}

static void hours_decide_over_midnight(void **state)
{
	(void)state;
	begin();
	take(PLAN_POLICY, "1", "app Youtube days sun hours 20:00-07:00 block");
	settle();
	assert_true(policy_needs_hours(&plan));
	assert_int_equal(value("Youtube", "10.0.0.1", NULL, monday_noon), 4);
	assert_int_equal(value("Youtube", "10.0.0.1", NULL,
	                       (struct hours_wall){ 0, 1200 }),
	                 15);
	assert_int_equal(value("Youtube", "10.0.0.1", NULL,
	                       (struct hours_wall){ 1, 419 }),
	                 15);
	assert_int_equal(value("Youtube", "10.0.0.1", NULL,
	                       (struct hours_wall){ 1, 420 }),
	                 4);
	assert_int_equal(value("Youtube", "10.0.0.1", NULL,
	                       (struct hours_wall){ 0, 419 }),
	                 4);
}

/* Seconds since the epoch of a moment in UTC. */
static time_t utc(int year, int month, int day, int hour, int minute)
{
	struct tm tm = { .tm_year = year - 1900,
		         .tm_mon = month - 1,
		         .tm_mday = day,
		         .tm_hour = hour,
		         .tm_min = minute };

	return timegm(&tm);
}

static bool blocked_at(time_t t)
{
	unsigned second;

	return value("Youtube", "10.0.0.1", NULL, wall_at(t, &second)) == 15;
}

/* How often, of the minutes from one time to another, what is true and changes. */
static unsigned minutes_blocked(time_t from, time_t to)
{
	unsigned n = 0;

	for (time_t t = from; t < to; t += 60)
		n += blocked_at(t);
	return n;
}

/* Central European summer time begins on 29 March 2026 at 01:00 UTC: the clock goes from
 * 02:00 to 03:00; it ends on 25 October at 01:00 UTC: from 03:00 back to 02:00.  The rule
 * is written out, so that no database of zones is needed. */
static void hours_are_the_wall_clock_s_across_summer_time(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	begin();
	take(PLAN_POLICY, "1", "app Youtube hours 20:00-07:00 block");
	settle();
	/* Winter: 20:00 is 19:00 UTC; summer: 18:00 UTC. */
	assert_false(blocked_at(utc(2026, 3, 28, 18, 59)));
	assert_true(blocked_at(utc(2026, 3, 28, 19, 0)));
	assert_true(blocked_at(utc(2026, 3, 29, 4, 59)));
	assert_false(blocked_at(utc(2026, 3, 29, 5, 0)));
	assert_false(blocked_at(utc(2026, 3, 29, 17, 59)));
	assert_true(blocked_at(utc(2026, 3, 29, 18, 0)));
	/* And back. */
	assert_true(blocked_at(utc(2026, 10, 24, 18, 0)));
	assert_true(blocked_at(utc(2026, 10, 25, 5, 59)));
	assert_false(blocked_at(utc(2026, 10, 25, 6, 0)));
	assert_false(blocked_at(utc(2026, 10, 25, 18, 59)));
	assert_true(blocked_at(utc(2026, 10, 25, 19, 0)));
	/* The night is an hour shorter and an hour longer. */
	assert_int_equal(minutes_blocked(utc(2026, 3, 28, 12, 0),
	                                 utc(2026, 3, 29, 12, 0)),
	                 600);
	assert_int_equal(minutes_blocked(utc(2026, 10, 24, 12, 0),
	                                 utc(2026, 10, 25, 12, 0)),
	                 720);
	assert_int_equal(unsetenv("TZ"), 0);
}

/* 02:15 to 02:45 does not come in one of these nights, and comes twice in the other. */
static void hours_within_the_change_follow_the_clock(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	begin();
	take(PLAN_POLICY, "1", "app Youtube hours 02:15-02:45 block");
	settle();
	assert_int_equal(minutes_blocked(utc(2026, 3, 28, 23, 0), utc(2026, 3, 29, 6, 0)),
	                 0);
	assert_int_equal(minutes_blocked(utc(2026, 3, 29, 23, 0), utc(2026, 3, 30, 6, 0)),
	                 30);
	assert_int_equal(minutes_blocked(utc(2026, 10, 24, 23, 0),
	                                 utc(2026, 10, 25, 6, 0)),
	                 60);
	assert_int_equal(unsetenv("TZ"), 0);
}

static void the_time_zone_may_be_changed(void **state)
{
	const time_t t = utc(2026, 7, 4, 22, 30) + 17; /* a Saturday */
	unsigned second;
	struct hours_wall wall;

	(void)state;
	assert_int_equal(setenv("TZ", "UTC0", 1), 0);
	wall = wall_at(t, &second);
	assert_true(wall.day == 6 && wall.minute == 22 * 60 + 30 && second == 17);
	assert_int_equal(setenv("TZ", "XYZ-02:00:50", 1), 0);
	wall = wall_at(t, &second);
	assert_true(wall.day == 0 && wall.minute == 31 && second == 7);
	assert_int_equal(unsetenv("TZ"), 0);
}

/* The last of these rules, after the others. */
static bool is_shadowed(const char *const *rule, unsigned *by)
{
	char name[8];
	unsigned n = 0;

	begin();
	for (; rule[n]; n++) {
		(void)snprintf(name, sizeof(name), "%u", n);
		take(PLAN_POLICY, name, rule[n]);
	}
	settle();
	return policy_is_shadowed(&plan, n - 1, by);
}

#define RULES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void a_rule_that_others_leave_nothing_never_decides(void **state)
{
	unsigned by;

	(void)state;
	assert_true(is_shadowed(RULES("app Chat none", "app any block", "app Mail none"),
	                        &by));
	assert_int_equal(by, 1);
	assert_true(is_shadowed(RULES("app CHAT hours 08:00-20:00 none",
	                              "app chat days sun hours 10:00-12:00 block"),
	                        &by));
	assert_int_equal(by, 0);
	assert_true(is_shadowed(RULES("app any device 192.168.1.7,aa:bb:cc:dd:ee:ff none",
	                              "app unknown device tablet block"),
	                        &by));
	assert_int_equal(by, 0);
	assert_true(is_shadowed(RULES("app any hours 00:00-12:00 none",
	                              "app Chat hours 12:00-24:00 block",
	                              "app Chat device 10.0.0.1 none"),
	                        &by));
	assert_int_equal(by, 2);
}

static void a_rule_that_may_fit_first_is_no_shadow(void **state)
{
	unsigned by;

	(void)state;
	assert_false(is_shadowed(RULES("app any block"), &by));
	assert_false(is_shadowed(RULES("app Chat block", "app any block"), &by));
	assert_false(is_shadowed(RULES("app Chat block", "app unknown block"), &by));
	assert_false(is_shadowed(RULES("app unknown block", "app Chat block"), &by));
	assert_false(
		is_shadowed(RULES("app any device tablet block", "app Chat block"), &by));
	assert_false(is_shadowed(RULES("app any device 192.168.1.7 block",
	                               "app Chat device tablet block"),
	                         &by));
	assert_false(
		is_shadowed(RULES("app any hours 00:00-12:00 none",
	                          "app any hours 12:01-24:00 none", "app Chat block"),
	                    &by));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rules_an_app_has_its_own_value),
		cmocka_unit_test(the_first_rule_that_fits_decides),
		cmocka_unit_test(none_leaves_an_app_its_mark_where_that_does_nothing),
		cmocka_unit_test(devices_are_known_by_address_or_card),
		cmocka_unit_test(hours_decide_over_midnight),
		cmocka_unit_test(hours_are_the_wall_clock_s_across_summer_time),
		cmocka_unit_test(hours_within_the_change_follow_the_clock),
		cmocka_unit_test(a_rule_that_others_leave_nothing_never_decides),
		cmocka_unit_test(a_rule_that_may_fit_first_is_no_shadow),
		cmocka_unit_test(the_time_zone_may_be_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
