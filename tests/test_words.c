/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "words.h"

#include "testing.h"

static void words_stand_apart_or_in_quotes(void **state)
{
	const char *at = "  app\t\"Google Maps\" block ";
	char word[WORDS_SIZE];

	(void)state;
	assert_int_equal(words_next(&at, word), WORDS_ONE);
	assert_string_equal(word, "app");
	assert_int_equal(words_next(&at, word), WORDS_ONE);
	assert_string_equal(word, "Google Maps");
	assert_int_equal(words_next(&at, word), WORDS_ONE);
	assert_string_equal(word, "block");
	assert_int_equal(words_next(&at, word), WORDS_END);
}

static void words_have_a_longest(void **state)
{
	char word[WORDS_SIZE], text[WORDS_SIZE + 1] = "";
	const char *at = text;

	(void)state;
	memset(text, 'x', WORDS_SIZE - 1);
	assert_int_equal(words_next(&at, word), WORDS_ONE);
	assert_int_equal(strlen(word), WORDS_SIZE - 1);
	assert_true(words_is_name(text));
	text[WORDS_SIZE - 1] = 'x';
	at = text;
	assert_int_equal(words_next(&at, word), WORDS_BAD);
	assert_false(words_is_name(text));
	at = "\"no end";
	assert_int_equal(words_next(&at, word), WORDS_BAD);
}

static void names_hold_nothing_that_an_ini_file_takes_apart(void **state)
{
	static const char *const bad[] = { "",    " a",   "a ",   "a\"b", "a;b",
		                           "a#b", "a=b",  "a:b",  "a,b",  "[a",
		                           "a\\", "a\tb", "a\x7f" };

	(void)state;
	assert_true(words_is_name("Google Maps"));
	assert_true(words_is_name("\xc3\x9c-1/2.3"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (words_is_name(bad[i]))
			fail_msg("'%s' is a name", bad[i]);
}

static void words_are_as_far_apart_as_letters_differ(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned far;
	} row[] = {
		{ "", "", 0 },
		{ "Youtube", "youTUBE", 0 },
		{ "", "abc", 3 },
		{ "yutube", "Youtube", 1 },
		{ "Youtubee", "Youtube", 1 },
		{ "Yuotube", "Youtube", 2 },
		{ "kitten", "sitting", 3 },
	};
	char text[WORDS_SIZE + 1] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(words_distance(row[i].a, row[i].b), row[i].far);
		assert_int_equal(words_distance(row[i].b, row[i].a), row[i].far);
	}
	memset(text, 'x', WORDS_SIZE - 1);
	assert_int_equal(words_distance(text, text), 0);
	text[WORDS_SIZE - 1] = 'x';
	assert_true(words_distance(text, "x") > WORDS_SIZE);
	assert_true(words_distance("x", text) > WORDS_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_stand_apart_or_in_quotes),
		cmocka_unit_test(words_have_a_longest),
		cmocka_unit_test(words_are_as_far_apart_as_letters_differ),
		cmocka_unit_test(names_hold_nothing_that_an_ini_file_takes_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
