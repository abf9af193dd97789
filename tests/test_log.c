/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include <syslog.h>
#include <unistd.h>

#include "log.h"

/* What say() writes to stderr; good until the next call. */
static const char *heard(void (*say)(void))
{
	static char text[4096];
	FILE *kept = tmpfile();
	int before = dup(STDERR_FILENO);
	size_t len;

	assert_non_null(kept);
	fflush(stderr);
	assert_true(before >= 0 && dup2(fileno(kept), STDERR_FILENO) >= 0);
	say();
	fflush(stderr);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	rewind(kept);
	len = fread(text, 1, sizeof(text) - 1, kept);
	text[len] = 0;
	fclose(kept);
	return text;
}

static void say_all(void)
{
	log_error("e%d", 1);
	log_warn("w%d", 2);
	log_info("i%d", 3);
	log_debug("d%d", 4);
}

static void say_much(void)
{
	char text[3000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	log_info("%s", text);
}

static void say_percent(void)
{
	log_error("%s", "%s%n");
}

static void levels_choose_what_is_heard(void **state)
{
	assert_string_equal(heard(say_all),
	                    "nfclass: e1\nnfclass: warning: w2\nnfclass: i3\n");
	log_set_level(LOG_LEVEL_ERROR);
	assert_string_equal(heard(say_all), "nfclass: e1\n");
	log_set_level(LOG_LEVEL_WARN);
	assert_string_equal(heard(say_all), "nfclass: e1\nnfclass: warning: w2\n");
	log_set_level(LOG_LEVEL_DEBUG);
	assert_string_equal(heard(say_all), "nfclass: e1\nnfclass: warning: w2\nnfclass: "
	                                    "i3\nnfclass: d4\n");
	log_set_level(LOG_LEVEL_INFO);
	(void)state;
}

static void targets_choose_where(void **state)
{
	log_open("other", LOG_USER, false, true);
	assert_string_equal(heard(say_all), "other: e1\nother: warning: w2\nother: i3\n");
	log_open("other", LOG_USER, false, false);
	assert_string_equal(heard(say_all), "");
	log_open("nfclass", LOG_USER, false, true);
	(void)state;
}

static void long_lines_are_cut_and_end(void **state)
{
	const char *text = heard(say_much);

	assert_true(strlen(text) > 1000 && strlen(text) < 1100);
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_string_equal(heard(say_percent), "nfclass: %s%n\n");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_choose_what_is_heard),
		cmocka_unit_test(targets_choose_where),
		cmocka_unit_test(long_lines_are_cut_and_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
