/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rule.h"

#include <errno.h>

#include "testing.h"

static struct rule rule(const char *text)
{
	struct rule r = { .name = "x" };
	struct fault f;

	if (rule_parse(text, &r, &f) < 0)
		fail_msg("'%s': %s", text, f.text);
	assert_string_equal(r.name, "x");
	return r;
}

static void assert_refused(const char *text, const char *why)
{
	struct rule r = { .mark = 99 };
	struct fault f;

	assert_int_equal(rule_parse(text, &r, &f), -EINVAL);
	if (!strstr(f.text, why))
		fail_msg("'%s' does not say '%s'", f.text, why);
	assert_int_equal(r.mark, 99);
}

static void parts_come_in_any_order(void **state)
{
	struct rule r = rule(
		"block hours 22:00-06:00 DAYS fri device tablet App \"Google Maps\"");

	(void)state;
	assert_int_equal(r.action, RULE_BLOCK);
	assert_int_equal(r.apps, RULE_APP);
	assert_string_equal(r.app, "Google Maps");
	assert_string_equal(r.device, "tablet");
	assert_int_equal(r.hours.days, 1 << 5);
	assert_int_equal(r.hours.from_min, 1320);
	r = rule("app Unknown mark 12");
	assert_int_equal(r.apps, RULE_UNKNOWN);
	assert_int_equal(r.mark, 12);
	assert_false(r.has_device);
}

static void what_is_printed_reads_the_same(void **state)
{
	static const char *const texts[] = {
		"app \"Google Maps\" device \"my tablet\" days fri hours 22:00-06:00 "
		"block",
		"app any device 10.0.0.0/8 shape \"slow one\"",
		"app unknown mark 12",
		"app Youtube none",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct rule r = rule(texts[i]);
		char text[200];
		FILE *out = fmemopen(text, sizeof(text), "w");

		rule_print(&r, out);
		fclose(out);
		assert_string_equal(text, texts[i]);
	}
}

static void errors_say_what_is_allowed(void **state)
{
	(void)state;
	assert_refused("", "a word is too long");
	assert_refused("block", "it says no app");
	assert_refused("app any", "no action: shape NAME, block, mark N or none");
	assert_refused("app any device x days mon", "no action");
	assert_refused("app", "app takes an app, unknown or any");
	assert_refused("app a=b block", "app takes");
	assert_refused("app any app Youtube block", "app is given twice");
	assert_refused("app any block none", "two actions, and none is");
	assert_refused("app any drop", "unknown word 'drop'");
	assert_refused("app any days someday block", "mon-fri,sun, and not 'someday'");
	assert_refused("app any hours 8-9 block", "HH:MM-HH:MM");
	assert_refused("app any mark x", "mark takes a number, and not 'x'");
	assert_refused("app any mark 9999999999", "mark takes a number");
	assert_refused("app any device", "a name of [devices]");
	assert_refused("app any shape", "a name of [shape]");
	assert_refused("\"app any block", "its quote has no end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_come_in_any_order),
		cmocka_unit_test(what_is_printed_reads_the_same),
		cmocka_unit_test(errors_say_what_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
