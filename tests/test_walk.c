/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const folders[] = { "d", "d/b", "d/B", "d/a.x" };
static const char *const files[] = { "d/b/2", "d/b/10", "d/B/1", "d/a.x/1", "d/a" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int make_tree(void **state)
{
	static char dir[] = "/tmp/nfclass-test-walk.XXXXXX";

	*state = mkdtemp(dir);
	if (!*state || chdir(dir) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(folders); i++)
		if (mkdir(folders[i], 0700) < 0)
			return -1;
	for (size_t i = 0; i < COUNT(files); i++) {
		int fd = open(files[i], O_CREAT | O_WRONLY, 0600);

		if (fd < 0 || close(fd) < 0)
			return -1;
	}
	return 0;
}

static int remove_tree(void **state)
{
	for (size_t i = 0; i < COUNT(files); i++)
		(void)unlink(files[i]); /* rmdir() tells */
	for (size_t i = COUNT(folders); i > 0; i--)
		if (rmdir(folders[i - 1]) < 0)
			return -1;
	return chdir("/") < 0 ? -1 : rmdir(*state);
}

static void folders_are_walked_in_byte_order(void **state)
{
	static const char *const want[] = { "d/B/1", "d/a", "d/a.x/1", "d/b/10",
		                            "d/b/2" };
	struct names n = { 0 };
	struct fault f;

	(void)state;
	assert_int_equal(walk_add(&n, "d/", &f), 0);
	assert_int_equal(n.count, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++)
		assert_string_equal(n.name[i], want[i]);
	assert_int_equal(walk_add(&n, "d/b/2", &f), 0);
	assert_int_equal(n.count, COUNT(want));
	names_clear(&n);
}

static void what_is_no_folder_stays_as_it_is(void **state)
{
	struct names n = { 0 };
	struct fault f;

	(void)state;
	assert_int_equal(walk_add(&n, "-", &f), 0);
	assert_int_equal(walk_add(&n, "missing", &f), 0);
	assert_string_equal(n.name[0], "-");
	assert_string_equal(n.name[1], "missing");
	names_clear(&n);
}

static void a_folder_within_itself_is_an_error_and_ends(void **state)
{
	struct names n = { 0 };
	struct fault f;

	(void)state;
	assert_int_equal(symlink("..", "d/b/loop"), 0);
	assert_int_equal(walk_add(&n, "d", &f), -ELOOP);
	assert_string_equal(f.text, "d/b/loop: folder within itself");
	assert_int_equal(n.count, COUNT(files));
	assert_int_equal(unlink("d/b/loop"), 0);
	names_clear(&n);
}

static void the_label_is_the_folder(void **state)
{
	static const struct {
		const char *file, *label;
	} want[] = {
		{ "set/News/1.pcap", "News" },
		{ "/News//1.pcap", "News" },
		{ "-", "-" },
		{ "d/../x", "WD" },
		{ "./x", "WD" },
		{ "x", "WD" },
	};
	char label[WALK_LABEL_SIZE], wd[WALK_LABEL_SIZE];

	walk_last(*state, wd);
	for (size_t i = 0; i < COUNT(want); i++) {
		walk_label(want[i].file, label);
		assert_string_equal(label, strcmp(want[i].label, "WD") == 0
		                                   ? wd
		                                   : want[i].label);
	}
}

static void the_last_part_has_no_slashes(void **state)
{
	char name[WALK_LABEL_SIZE];

	(void)state;
	walk_last("a/b//", name);
	assert_string_equal(name, "b");
	walk_last("b", name);
	assert_string_equal(name, "b");
	walk_last("/", name);
	assert_string_equal(name, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_are_walked_in_byte_order),
		cmocka_unit_test(what_is_no_folder_stays_as_it_is),
		cmocka_unit_test(a_folder_within_itself_is_an_error_and_ends),
		cmocka_unit_test(the_label_is_the_folder),
		cmocka_unit_test(the_last_part_has_no_slashes),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
