/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* The parent: the child's single byte, or its end. */
static void wait_for_child(int line)
{
	char done;
	ssize_t n;

	do
		n = read(line, &done, 1);
	while (n < 0 && errno == EINTR);
	_exit(n == 1 ? 0 : 1);
}

int detach_begin(struct fault *f)
{
	int line[2];
	pid_t pid;

	if (pipe2(line, O_CLOEXEC) < 0)
		return fault_set(f, -errno, "pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		return fault_set(f, -errno, "fork: %s", strerror(errno));
	if (pid > 0) {
		(void)close(line[1]); /* so that the child's end is seen */
		wait_for_child(line[0]);
	}
	(void)close(line[0]); /* the parent's */
	if (setsid() < 0)
		return fault_set(f, -errno, "setsid: %s", strerror(errno));
	return line[1];
}

void detach_done(int line)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* None of these can hinder our work. */
	(void)!chdir("/");
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		(void)dup2(null, fd);
	if (null > 2)
		(void)close(null);
	(void)!write(line, "", 1);
	(void)close(line);
}

int detach_pidfile(const char *path, struct fault *f)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644), err;

	if (fd < 0)
		return fault_set(f, -errno, "%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		err = -errno;
		(void)close(fd); /* the first error is the one to tell */
		return fault_set(f, err, "%s: another nfclassd holds it", path);
	}
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0) {
		err = -errno;
		(void)close(fd); /* the first error is the one to tell */
		return fault_set(f, err, "%s: %s", path, strerror(-err));
	}
	return fd;
}

void detach_pidfile_clear(int fd)
{
	(void)!ftruncate(fd, 0); /* a stale one is not held, and no harm */
	(void)close(fd);         /* the same */
}
