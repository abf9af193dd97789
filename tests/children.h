/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TEST_CHILDREN_H
#define NFCLASS_TEST_CHILDREN_H

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fault.h"
#include "testing.h"

/* Tests of what a process cannot undo: each is done by a child. */

#define NUMBER 64917 /* of a user that no system knows */

/* A folder of that user's with a file, and one beside it. */
static struct {
	char folder[64], log[80], beside[80], other[96];
} at;

/* Ends the child when it is not so. */
#define MUST(what)                                                                       \
	do {                                                                             \
		if (!(what)) {                                                           \
			fprintf(stderr, "line %d: %s: %s\n", __LINE__, #what,            \
			        strerror(errno));                                        \
			_exit(1);                                                        \
		}                                                                        \
	} while (0)

static inline int status_of_child(void (*body)(void))
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* One thing that a child tries by itself. */
static inline bool kernel_has(int (*part)(struct fault *))
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct fault f;

		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		_exit(part(&f) == -ENOSYS);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status == 0;
}

static inline void need(int (*part)(struct fault *), const char *name)
{
	if (kernel_has(part))
		return;
	print_message("the kernel has no %s\n", name);
	skip();
}

static inline bool made(const char *path, bool folder)
{
	int fd = folder ? mkdir(path, 0755) : open(path, O_WRONLY | O_CREAT, 0644);

	if (!folder && fd >= 0)
		close(fd);
	return fd >= 0 && (geteuid() != 0 || chown(path, NUMBER, NUMBER) == 0);
}

static inline int make_folders(void **state)
{
	(void)state;
	snprintf(at.folder, sizeof(at.folder), "/tmp/nfclass-sandbox-%d", (int)getpid());
	snprintf(at.log, sizeof(at.log), "%s/log", at.folder);
	snprintf(at.beside, sizeof(at.beside), "%s-beside", at.folder);
	snprintf(at.other, sizeof(at.other), "%s/other", at.beside);
	return made(at.folder, true) && made(at.beside, true) && made(at.log, false) &&
	                       made(at.other, false)
	               ? 0
	               : -1;
}

static inline int remove_folders(void **state)
{
	(void)state;
	unlink(at.log);
	unlink(at.other);
	return rmdir(at.folder) == 0 && rmdir(at.beside) == 0 ? 0 : -1;
}

#endif
