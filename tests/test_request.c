/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "request.h"

static const char *without_end(char *line)
{
	char *end = strchr(line, '\n');

	assert_non_null(end);
	assert_int_equal(end[1], 0);
	*end = 0;
	return line;
}

static void what_is_written_reads_the_same(void **state)
{
	static const struct request all[] = {
		{ .verb = REQUEST_STATUS },
		{ .verb = REQUEST_STATUS, .json = true },
		{ .verb = REQUEST_TOP, .rows = 1, .seconds = REQUEST_MOST_SECONDS },
		{ .verb = REQUEST_TOP,
		  .json = true,
		  .rows = REQUEST_MOST_ROWS,
		  .seconds = 1 },
		{ .verb = REQUEST_RELOAD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char line[REQUEST_SIZE];
		struct request r;
		struct fault f;

		request_line(&all[i], line);
		assert_int_equal(request_parse(without_end(line), &r, &f), 0);
		assert_int_equal(r.verb, all[i].verb);
		assert_int_equal(r.json, all[i].json);
		assert_int_equal(r.rows, all[i].rows);
		assert_int_equal(r.seconds, all[i].seconds);
	}
}

static void what_is_wrong_is_told_what_is_allowed(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"nfclass",
		"nfclass 1",
		"nfclass 1 ",
		"nfclass one status text",
		"nfclass -1 status text",
		"nfclass 1 status",
		"nfclass 1 status xml",
		"nfclass 1 status text 5",
		"nfclass 1 statu text",
		"nfclass 1 STATUS text",
		" nfclass 1 status text",
		"nfclass 1 status text ",
		"nfclass 1 status  text",
		"nfclass 1 top text",
		"nfclass 1 top text 5",
		"nfclass 1 top text 0 5",
		"nfclass 1 top text 5 0",
		"nfclass 1 top text 1001 5",
		"nfclass 1 top text 5 61",
		"nfclass 1 top text 5 5 5",
		"nfclass 1 top text 4294967297 5",
		"nfclass 1 top text 18446744073709551617 5",
		"nfclass 1 top text +5 5",
		"nfclass 1 reload now",
		"nfclass 1 reload\r",
		"nfclass 1 a b c d e f g h",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct request r;
		struct fault f;

		assert_int_equal(request_parse(bad[i], &r, &f), -EINVAL);
		assert_non_null(strstr(f.text, ": allowed is "));
	}
}

static void another_version_is_named(void **state)
{
	struct request r;
	struct fault f;

	(void)state;
	assert_int_equal(request_parse("nfclass 2 status text", &r, &f), -EINVAL);
	assert_non_null(strstr(f.text, "version 2"));
	assert_non_null(strstr(f.text, "knows version 1"));
	assert_non_null(strstr(f.text, NFCLASS_VERSION));
}

static void answers_read_the_same(void **state)
{
	(void)state;
	for (int ok = 0; ok < 2; ok++) {
		const struct reply in = { ok, 123456 };
		char line[REQUEST_SIZE];
		struct reply out;

		reply_line(&in, line);
		assert_true(reply_parse(without_end(line), &out));
		assert_int_equal(out.ok, ok);
		assert_int_equal(out.len, 123456);
	}
}

static void what_is_no_answer_is_none(void **state)
{
	static const char *const bad[] = {
		"",
		"nfclass 1 ok",
		"nfclass 1 ok -1",
		"nfclass 1 ok 2147483648",
		"nfclass 1 fine 5",
		"nfclass 2 ok 5",
		"nfclass 1 ok 5 5",
		"SSH-2.0-OpenSSH",
	};
	struct reply r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(reply_parse(bad[i], &r));
	/* It says why, whatever its version is. */
	assert_true(reply_parse("nfclass 2 refused 5", &r));
	assert_false(r.ok);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_the_same),
		cmocka_unit_test(what_is_wrong_is_told_what_is_allowed),
		cmocka_unit_test(another_version_is_named),
		cmocka_unit_test(answers_read_the_same),
		cmocka_unit_test(what_is_no_answer_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
