/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user.h"

#include "children.h"

static void names_and_numbers(void **state)
{
	(void)state;
	assert_true(user_is_name("nfclass") && user_is_name("0"));
	assert_true(user_is_name("www-data") && user_is_name("4294967294"));
	assert_false(user_is_name("") || user_is_name("-x") || user_is_name("a b"));
	assert_false(user_is_name("4294967295") || user_is_name("99999999999"));
	assert_false(user_is_name("a-name-of-more-letters-than-allowed"));
}

static void users_are_found(void **state)
{
	struct user root = user_find("root"), same = user_find("0");
	struct user number = user_find("64917");

	(void)state;
	assert_int_equal(root.uid, 0);
	assert_string_equal(root.name, "root");
	assert_int_equal(same.uid, 0);
	assert_string_equal(same.name, "root");
	assert_int_equal(number.uid, NUMBER);
	assert_int_equal(number.gid, NUMBER);
	assert_string_equal(number.name, "64917");
}

static void who_is_not_there_is_nobody(void **state)
{
	struct user u = user_find("no-such-user-here");

	(void)state;
	assert_int_equal(u.uid, 65534);
	assert_int_equal(u.gid, 65534);
}

static const struct user someone = { .uid = NUMBER, .gid = NUMBER, .name = "test" };

static bool is_someones(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_uid == NUMBER;
}

static void need_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("only root gives files away\n");
	skip();
}

static void a_file_is_made_and_given(void **state)
{
	char path[100];
	int fd;

	(void)state;
	need_root();
	snprintf(path, sizeof(path), "%s/new", at.folder);
	fd = user_give_file(&someone, path);
	assert_true(fd >= 0 && write(fd, "x", 1) == 1);
	close(fd);
	assert_true(is_someones(path));
	assert_int_equal(chown(path, 0, 0), 0);
	close(user_give_file(&someone, path)); /* what an older version had made */
	assert_true(is_someones(path));
	unlink(path);
}

/* What somebody else put there is not root's to give away. */
static void what_is_not_a_plain_file_is_not_given(void **state)
{
	char path[100], roots[100];

	(void)state;
	need_root();
	snprintf(path, sizeof(path), "%s/link", at.folder);
	snprintf(roots, sizeof(roots), "%s-roots", at.folder);
	assert_true(made(roots, false) && chown(roots, 0, 0) == 0);
	assert_int_equal(symlink(roots, path), 0);
	assert_int_equal(user_give_file(&someone, path), -1);
	unlink(path);
	assert_int_equal(link(roots, path), 0);
	assert_int_equal(user_give_file(&someone, path), -1);
	assert_int_equal(user_give_file(&someone, "/dev/null"), -1);
	assert_int_equal(user_give_file(&someone, "relative"), -1);
	assert_false(is_someones(roots) || is_someones("/dev/null"));
	unlink(path);
	unlink(roots);
}

/* The folder itself could be exchanged by the owner of the one above. */
static void a_folder_of_others_is_not_entered(void **state)
{
	char folder[100], path[120];

	(void)state;
	need_root();
	snprintf(folder, sizeof(folder), "%s/in", at.folder);
	snprintf(path, sizeof(path), "%s/file", folder);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(user_give_file(&someone, path), -1);
	assert_int_equal(access(path, F_OK), -1);
	rmdir(folder);
}

static void what_root_alone_reads_is_told(void **state)
{
	const struct user root = { .name = "root" };
	char path[] = "/tmp/nfclass-user-XXXXXX";
	struct fault f;
	int fd;

	(void)state;
	need_root();
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(user_check_readable(&someone, path, &f), -EACCES);
	assert_non_null(strstr(f.text, path));
	assert_non_null(strstr(f.text, "user test"));
	assert_int_equal(user_check_readable(&root, path, &f), 0);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(user_check_readable(&someone, path, &f), 0);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_numbers),
		cmocka_unit_test(users_are_found),
		cmocka_unit_test(who_is_not_there_is_nobody),
		cmocka_unit_test(a_file_is_made_and_given),
		cmocka_unit_test(what_is_not_a_plain_file_is_not_given),
		cmocka_unit_test(what_root_alone_reads_is_told),
		cmocka_unit_test(a_folder_of_others_is_not_entered),
	};

	return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
