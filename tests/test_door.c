/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "door.h"

#include <errno.h>
#include <sys/file.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "clock.h"
#include "testing.h"

static char folder[] = "/tmp/nfclass-door-XXXXXX";
static char path[64];

static struct door open_at(const char *at)
{
	const struct door_params p = { .path = at, .mode = 0640, .group = "" };
	struct fault f = { "" };
	struct door d;

	if (door_open(&d, &p, &f) < 0)
		fail_msg("%s", f.text);
	return d;
}

static void refused(const char *at, const char *group, int err, const char *why)
{
	const struct door_params p = { .path = at, .mode = 0640, .group = group };
	struct fault f = { "" };
	struct door d;

	assert_int_equal(door_open(&d, &p, &f), err);
	if (!strstr(f.text, why))
		fail_msg("not '%s': %s", why, f.text);
}

static void the_living_keep_their_place(void **state)
{
	struct door d = open_at(path);
	char why[80];

	(void)state;
	(void)snprintf(why, sizeof(why), "answers there (process %ld)", (long)getpid());
	refused(path, "", -EADDRINUSE, why);
	assert_int_equal(access(path, F_OK), 0);
	door_close(&d);
	assert_int_equal(access(path, F_OK), -1);
}

static void what_the_dead_left_is_replaced(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct fault f;
	struct door d;

	(void)state;
	strcpy(at.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	close(fd);
	assert_int_equal(door_connect(path, &f), -ECONNREFUSED);
	d = open_at(path);
	fd = door_connect(path, &f);
	assert_true(fd >= 0);
	close(fd);
	door_close(&d);
}

/* Whoever has put another one there since then keeps it. */
static void only_our_own_is_removed(void **state)
{
	struct door d = open_at(path), other;

	(void)state;
	assert_int_equal(unlink(path), 0);
	other = open_at(path);
	door_close(&d);
	assert_int_equal(access(path, F_OK), 0);
	door_close(&other);
	assert_int_equal(access(path, F_OK), -1);
}

/* Who looks at the same time may not take the other's for a stale one; who locks the
 * folder for long does not keep us out. */
static void one_looks_at_a_time(void **state)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	const struct mono begun = clock_mono();
	struct door d;

	(void)state;
	assert_int_equal(flock(fd, LOCK_EX), 0);
	d = open_at(path);
	assert_true(mono_since(clock_mono(), begun).us > MONO_SECOND / 2);
	door_close(&d);
	close(fd);
}

static void places_that_will_not_do_are_named(void **state)
{
	char longest[300], file[80];

	(void)state;
	(void)snprintf(file, sizeof(file), "%s/file", folder);
	fclose(fopen(file, "w"));
	refused(file, "", -EEXIST, "is not a socket");
	assert_int_equal(unlink(file), 0);
	refused("/nonexistent/folder/socket", "", -ENOENT, "No such file");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	longest[0] = '/';
	refused(longest, "", -ENAMETOOLONG, "more than 107 bytes");
	refused(path, "12x", -ENOENT, "no group '12x'");
	assert_int_equal(access(path, F_OK), -1);
}

static void modes_and_folders_are_made(void **state)
{
	char deep[120], under[80];
	struct stat st;
	struct door d;

	(void)state;
	(void)snprintf(under, sizeof(under), "%s/new", folder);
	(void)snprintf(deep, sizeof(deep), "%s/socket", under);
	d = open_at(deep);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	door_close(&d);
	assert_int_equal(rmdir(under), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_living_keep_their_place),
		cmocka_unit_test(what_the_dead_left_is_replaced),
		cmocka_unit_test(only_our_own_is_removed),
		cmocka_unit_test(one_looks_at_a_time),
		cmocka_unit_test(places_that_will_not_do_are_named),
		cmocka_unit_test(modes_and_folders_are_made),
	};
	int failures;

	if (!mkdtemp(folder))
		return 1;
	(void)snprintf(path, sizeof(path), "%s/control", folder);
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	return failures;
}
