/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fence.h"

#include "children.h"

static int no_gaps(struct fault *f)
{
	return fence_close(NULL, 0, f);
}

static void close_but_for(const char *path, unsigned rights)
{
	const struct fence_gap gap[] = { { "/nonexistent", FENCE_WRITE },
		                         { path, rights } };
	struct fault f;

	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	MUST(fence_close(gap, 2, &f) == 0);
}

/* By whoever we are, root as well. */
static void write_elsewhere(void)
{
	close_but_for(at.folder, FENCE_WRITE | FENCE_MAKE);
	MUST(open(at.other, O_WRONLY) < 0 && errno == EACCES);
	MUST(open(at.other, O_RDWR | O_TRUNC) < 0 && errno == EACCES);
	MUST(open(at.beside, O_WRONLY | O_TMPFILE, 0600) < 0 && errno == EACCES);
	MUST(unlink(at.other) < 0 && errno == EACCES);
	MUST(unlink(at.log) < 0 && errno == EACCES);
	MUST(link(at.other, "/tmp/nfclass-linked") < 0);
	MUST(mkdir("/tmp/nfclass-made", 0700) < 0 && errno == EACCES);
	MUST(symlink("/", "/tmp/nfclass-made") < 0 && errno == EACCES);
	MUST(execl("/bin/true", "true", (char *)NULL) < 0 && errno == EACCES);
}

static void work(void)
{
	char another[100];

	snprintf(another, sizeof(another), "%s/another", at.folder);
	close_but_for(at.folder, FENCE_WRITE | FENCE_MAKE);
	MUST(open(at.other, O_RDONLY) >= 0);
	MUST(open(at.log, O_WRONLY | O_APPEND) >= 0);
	MUST(open(another, O_WRONLY | O_APPEND | O_CREAT, 0640) >= 0);
}

static void nothing_else_is_written(void **state)
{
	(void)state;
	need(no_gaps, "Landlock");
	assert_int_equal(status_of_child(write_elsewhere), 0);
}

static void the_log_is_written(void **state)
{
	char another[100];

	(void)state;
	need(no_gaps, "Landlock");
	assert_int_equal(status_of_child(work), 0);
	snprintf(another, sizeof(another), "%s/another", at.folder);
	assert_int_equal(unlink(another), 0);
}

/* A device, say. */
static void write_one_file(void)
{
	close_but_for(at.log, FENCE_WRITE);
	MUST(open(at.log, O_WRONLY | O_APPEND) >= 0);
	MUST(open(at.folder, O_WRONLY | O_TMPFILE, 0600) < 0 && errno == EACCES);
}

static void one_file_is_no_folder(void **state)
{
	(void)state;
	need(no_gaps, "Landlock");
	assert_int_equal(status_of_child(write_one_file), 0);
}

static void remove_socket(void)
{
	close_but_for(at.beside, FENCE_REMOVE);
	MUST(open(at.other, O_WRONLY) < 0 && errno == EACCES);
	MUST(unlink(at.other) == 0);
	MUST(mknod(at.other, S_IFSOCK | 0600, 0) < 0 && errno == EACCES);
	MUST(unlink(at.log) < 0 && errno == EACCES);
}

static void a_socket_is_removed(void **state)
{
	(void)state;
	need(no_gaps, "Landlock");
	assert_int_equal(status_of_child(remove_socket), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_else_is_written),
		cmocka_unit_test(the_log_is_written),
		cmocka_unit_test(one_file_is_no_folder),
		cmocka_unit_test(a_socket_is_removed),
	};

	return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
