/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan.h"

#include <errno.h>

#include "testing.h"

static struct plan plan; /* large; every test begins it anew */

static void begin(uint32_t mask)
{
	plan = (struct plan){ .enabled = true,
		              .mask = mask,
		              .skip_bit = 0x80000000,
		              .hold = 2,
		              .other = 3 };
}

static void take(enum plan_section section, const char *key, const char *value)
{
	struct fault f;

	if (plan_take(&plan, section, key, value, &f) < 0)
		fail_msg("%s = %s: %s", key, value, f.text);
}

static void assert_refused(enum plan_section section, const char *key, const char *value,
                           const char *why)
{
	struct fault f = { "" };

	assert_int_equal(plan_take(&plan, section, key, value, &f), -EINVAL);
	if (!strstr(f.text, why))
		fail_msg("'%s' does not say '%s'", f.text, why);
}

static void settle(void)
{
	struct fault f;

	if (plan_check(&plan, &f) < 0 || plan_settle(&plan, &f) < 0)
		fail_msg("%s", f.text);
}

static void assert_unsettled(const char *why)
{
	struct fault f = { "" };

	assert_true(plan_check(&plan, &f) < 0 || plan_settle(&plan, &f) < 0);
	if (!strstr(f.text, why))
		fail_msg("'%s' does not say '%s'", f.text, why);
}

static const char *rows(void)
{
	static char text[4000];
	FILE *out = fmemopen(text, sizeof(text), "w");

	plan_print_rows(&plan, out);
	fclose(out);
	return strchr(text, '\n') + 1;
}

static void apps_are_numbered_by_their_owner(void **state)
{
	(void)state;
	begin(0x0f000000);
	take(PLAN_MARK, "YouTube", "4");
	take(PLAN_MARK, "Netflix", "4");
	take(PLAN_MARK, "Chat", "15");
	settle();
	assert_int_equal(plan_app_value(&plan, "youtube"), 4);
	assert_int_equal(plan_app_value(&plan, "NETFLIX"), 4);
	assert_int_equal(plan_app_value(&plan, "Chat"), 15);
	assert_int_equal(plan_app_value(&plan, "Mail"), 3);
	assert_int_equal(plan_app_value(&plan, NULL), PLAN_UNKNOWN);
	assert_string_equal(rows(), "value=1 mark=0x01000000 action=none name=deciding\n"
	                            "value=2 mark=0x02000000 action=none name=unknown\n"
	                            "value=3 mark=0x03000000 action=none name=other\n"
	                            "value=4 mark=0x04000000 action=none name=YouTube\n"
	                            "value=15 mark=0x0f000000 action=none name=Chat\n");
}

static void numbers_that_cannot_be_are_refused(void **state)
{
	(void)state;
	begin(0x0f000000);
	take(PLAN_MARK, "YouTube", "4");
	assert_refused(PLAN_MARK, "a", "16", "3 to 15");
	assert_refused(PLAN_MARK, "a", "2", "3 to 15");
	assert_refused(PLAN_MARK, "a", "", "3 to 15");
	assert_refused(PLAN_MARK, "a", "0x4", "3 to 15");
	assert_refused(PLAN_MARK, "a", "4294967300", "3 to 15");
	assert_refused(PLAN_MARK, "a", "3", "all other apps");
	assert_refused(PLAN_MARK, "youtube", "5", "has the number 4 already");
	assert_refused(PLAN_MARK, "unknown", "5", "has the number 2 already");
	assert_refused(PLAN_MARK, "a:b", "5", "a name is 1 to 63 bytes");
}

/* Values of the owner's are kept clear of. */
static void shapes_get_what_is_free(void **state)
{
	(void)state;
	begin(0x000f0000);
	take(PLAN_MARK, "Chat", "4");
	take(PLAN_MARK, "Top", "14");
	take(PLAN_SHAPE, "chat", "down 1mbit");
	take(PLAN_SHAPE, "Video", "down 5mbit ceil 6mbit up 1mbit prio 6");
	take(PLAN_SHAPE, "slow", "up 64kbit");
	take(PLAN_SHAPE, "Unknown", "prio 7");
	take(PLAN_POLICY, "one", "app any device 10.0.0.1 shape slow");
	take(PLAN_POLICY, "two", "app Chat block");
	take(PLAN_POLICY, "three", "app any mark 5");
	settle();
	assert_string_equal(rows(),
	                    "value=1 mark=0x00010000 action=none name=deciding\n"
	                    "value=2 mark=0x00020000 action=shape shape=Unknown down=0 "
	                    "down_ceil=0 up=0 up_ceil=0 "
	                    "prio=7 name=unknown\n"
	                    "value=3 mark=0x00030000 action=none name=other\n"
	                    "value=4 mark=0x00040000 action=shape shape=chat "
	                    "down=1000000 down_ceil=1000000 "
	                    "up=0 "
	                    "up_ceil=0 prio=4 name=Chat\n"
	                    "value=5 mark=0x00050000 action=none name=three\n"
	                    "value=6 mark=0x00060000 action=shape shape=Video "
	                    "down=5000000 down_ceil=6000000 "
	                    "up=1000000 up_ceil=1000000 prio=6 name=Video\n"
	                    "value=13 mark=0x000d0000 action=shape shape=slow down=0 "
	                    "down_ceil=0 up=64000 "
	                    "up_ceil=64000 prio=4 name=slow\n"
	                    "value=14 mark=0x000e0000 action=none name=Top\n"
	                    "value=15 mark=0x000f0000 action=block name=blocked\n");
	assert_int_equal(plan_app_value(&plan, "video"), 6);
	/* Rules alone send to what they name. */
	assert_int_equal(plan_app_value(&plan, "slow"), 3);
}

static void too_many_for_the_mask_is_an_error(void **state)
{
	(void)state;
	begin(0x00000007); /* 3 to 7 */
	for (int i = 0; i < 4; i++)
		take(PLAN_SHAPE, (char[]){ (char)('a' + i), 0 }, "prio 1");
	settle();
	take(PLAN_POLICY, "r", "app any block");
	assert_unsettled(
		"mask = 0x00000007: its values up to 7 are used up, and none is left "
		"for d; a wider mask");
}

static void two_shapes_of_one_number_are_refused(void **state)
{
	(void)state;
	begin(0x0f000000);
	take(PLAN_MARK, "A", "4");
	take(PLAN_MARK, "B", "4");
	take(PLAN_SHAPE, "A", "prio 1");
	settle();
	take(PLAN_SHAPE, "B", "prio 1");
	assert_unsettled("A and B are both of mark value 4");
}

static void masks_are_adjacent_bits(void **state)
{
	static const uint32_t good[] = { 3, 0xc0000000 >> 1, 0x0ff00000, 0x7fffffff };
	static const uint32_t bad[] = { 0, 1, 0x10, 5, 0x0f0f0000 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		begin(good[i]);
		settle();
		assert_int_equal(plan_most(&plan) << plan_shift(&plan), good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(bad[i]);
		assert_unsettled("adjacent bits");
	}
	begin(0x3);
	plan.other = 4;
	assert_unsettled("other = 4");
	begin(0x0f000000);
	plan.skip_bit = 0x01000000;
	assert_unsettled("one bit outside of mask");
	plan.skip_bit = 0x30000000;
	assert_unsettled("one bit outside of mask");
	plan.skip_bit = 0;
	assert_unsettled("one bit outside of mask");
}

static void rules_name_what_there_is(void **state)
{
	(void)state;
	begin(0x0f000000);
	take(PLAN_DEVICES, "tablet", "10.0.0.7");
	take(PLAN_SHAPE, "slow", "prio 1");
	take(PLAN_POLICY, "a", "app any device TABLET shape SLOW");
	take(PLAN_POLICY, "b", "app any device fd00::/64 mark 15");
	assert_refused(PLAN_POLICY, "c", "app any device phone none", "phone is neither");
	assert_refused(PLAN_POLICY, "d", "app any shape fast", "[shape] has no fast");
	assert_refused(PLAN_POLICY, "e", "app any mark 16", "3 to 15");
	assert_refused(PLAN_DEVICES, "10.0.0.9", "10.0.0.9", "look like an address");
	assert_refused(PLAN_DEVICES, "x", "here", "up to 4 of ADDRESS");
	assert_refused(PLAN_SHAPE, "x", "down", "a rate is missing");
}

static void every_list_has_an_end(void **state)
{
	char name[20];

	(void)state;
	begin(0x7fffffff);
	for (int i = 0; i < PLAN_MAX_APPS; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		take(PLAN_MARK, name, "5");
		if (i < PLAN_MAX_DEVICES)
			take(PLAN_DEVICES, name, "10.0.0.1");
		if (i < PLAN_MAX_SHAPES)
			take(PLAN_SHAPE, name, "prio 1");
		if (i < PLAN_MAX_RULES)
			take(PLAN_POLICY, name, "app any none");
	}
	assert_refused(PLAN_MARK, "b", "5", "[mark] has more than 256 lines");
	assert_refused(PLAN_DEVICES, "b", "10.0.0.1", "more than 128");
	assert_refused(PLAN_SHAPE, "b", "prio 1", "more than 64");
	assert_refused(PLAN_POLICY, "b", "app any none", "more than 128");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(apps_are_numbered_by_their_owner),
		cmocka_unit_test(numbers_that_cannot_be_are_refused),
		cmocka_unit_test(shapes_get_what_is_free),
		cmocka_unit_test(too_many_for_the_mask_is_an_error),
		cmocka_unit_test(two_shapes_of_one_number_are_refused),
		cmocka_unit_test(masks_are_adjacent_bits),
		cmocka_unit_test(rules_name_what_there_is),
		cmocka_unit_test(every_list_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
