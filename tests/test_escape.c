/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *escaped(const char *s, enum escape how)
{
	static char buf[512];
	char out[ESCAPE_SIZE];

	buf[0] = 0;
	while (escape_next(&s, how, out))
		strcat(buf, out);
	return buf;
}

static void plain_text_and_utf8_stay(void **state)
{
	const char *s = "News 24/7 \xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80";

	(void)state;
	for (int how = ESCAPE_JSON; how <= ESCAPE_XML; how++)
		assert_string_equal(escaped(s, (enum escape)how), s);
}

static void what_ends_the_value_is_escaped(void **state)
{
	(void)state;
	assert_string_equal(escaped("a\"b\\<>&\n", ESCAPE_JSON), "a\\\"b\\\\<>&\\u000a");
	assert_string_equal(escaped("a\"b\\<>&\n", ESCAPE_KV), "a\\\"b\\\\<>&\\x0a");
	assert_string_equal(escaped("a\"b\\<>&\n", ESCAPE_ANGLE),
	                    "a\"b\\\\\\x3c\\x3e&\\x0a");
	assert_string_equal(escaped("a\"b\\<>&", ESCAPE_XML), "a&quot;b\\&lt;&gt;&amp;");
}

/* Overlong forms, surrogates, what is too large, lone and missing continuations. */
static void what_is_no_utf8_is_replaced(void **state)
{
	static const char *const bad[] = { "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
		                           "\x80",     "\xff",         "\xe2\x82" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char kv[64] = "", json[64] = "";

		for (const char *s = bad[i]; *s; s++) {
			strcat(json, "\\ufffd");
			(void)snprintf(kv + strlen(kv), 5, "\\x%02x", (uint8_t)*s);
		}
		assert_string_equal(escaped(bad[i], ESCAPE_JSON), json);
		assert_string_equal(escaped(bad[i], ESCAPE_KV), kv);
	}
}

static void terminal_controls_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(escaped("\x1b[2J", ESCAPE_ANGLE), "\\x1b[2J");
	assert_string_equal(escaped("\xc2\x9b", ESCAPE_KV), "\\xc2\\x9b");
	assert_string_equal(escaped("\x7f", ESCAPE_JSON), "\\u007f");
}

static void what_a_reader_of_kv_would_split_is_not_bare(void **state)
{
	static const char *const quoted[] = { "",    "a b",  "a\tb", "a=b",     "\"a",
		                              "a\\", "a\nb", "\x7f", "\xc3\xbc" };

	(void)state;
	assert_true(escape_is_bare("Youtube"));
	assert_true(escape_is_bare("../a/b-1.pcap,:'"));
	for (size_t i = 0; i < sizeof(quoted) / sizeof(quoted[0]); i++)
		if (escape_is_bare(quoted[i]))
			fail_msg("'%s' is bare", quoted[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_and_utf8_stay),
		cmocka_unit_test(what_ends_the_value_is_escaped),
		cmocka_unit_test(what_is_no_utf8_is_replaced),
		cmocka_unit_test(what_a_reader_of_kv_would_split_is_not_bare),
		cmocka_unit_test(terminal_controls_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
