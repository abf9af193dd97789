/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"

#define NOBODY 65534 /* everywhere, also where no file says so */

static bool is_number(const char *text)
{
	return strspn(text, "0123456789") == strlen(text);
}

/* What useradd(8) takes, and capitals and dots; numbers below (uid_t)-1. */
bool user_is_name(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > 32 || text[0] == '-')
		return false;
	if (is_number(text))
		return len <= 10 && strtoull(text, NULL, 10) < UINT_MAX;
	return strspn(text, "abcdefghijklmnopqrstuvwxyz"
	                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == len;
}

struct user user_find(const char *name)
{
	struct user u = { .uid = NOBODY, .gid = NOBODY, .name = "nobody" };
	const struct passwd *p = getpwnam(name);

	if (!p && is_number(name)) {
		u.uid = (uid_t)strtoul(name, NULL, 10);
		u.gid = u.uid;
		p = getpwuid(u.uid);
	} else if (!p) {
		log_warn("[daemon] user: there is no %s, so nobody is who we run as; "
		         "make it: useradd --system --user-group %s",
		         name, name);
		return u;
	}
	if (p) {
		u.uid = p->pw_uid;
		u.gid = p->pw_gid;
	}
	(void)snprintf(u.name, sizeof(u.name), "%s", p ? p->pw_name : name);
	return u;
}

/* In a folder of many users nobody can exchange what is root's only when it is sticky. */
static bool is_roots(const char *folder)
{
	struct stat st;

	return stat(folder, &st) == 0 && st.st_uid == 0 &&
	       (!(st.st_mode & (S_IWGRP | S_IWOTH)) || st.st_mode & S_ISVTX);
}

/* path's folder, without links, when nobody but root can put another one in its place:
 * what root opens and gives away must not be chosen by others.  It must be freed. */
static char *settled_folder(const char *path)
{
	char *copy = strdup(path), *slash = copy ? strrchr(copy, '/') : NULL, *real;
	bool settled = true;

	if (!slash) {
		free(copy);
		return NULL;
	}
	slash[slash == copy] = 0;
	real = realpath(copy, NULL);
	free(copy);
	/* Folders above it, from the last one to the first. */
	copy = real ? strdup(real) : NULL;
	while (copy && settled && (slash = strrchr(copy, '/')) && slash[1]) {
		slash[slash == copy] = 0;
		settled = is_roots(copy);
	}
	if (copy && settled) {
		free(copy);
		return real;
	}
	free(copy);
	free(real);
	return NULL;
}

/* In a folder of another user a link could stand for any file of root's. */
static bool give(const struct user *u, int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_nlink == 1 && fchown(fd, u->uid, (gid_t)-1) == 0;
}

int user_give_file(const struct user *u, const char *path)
{
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
	                  O_NOFOLLOW | O_NONBLOCK;
	char *folder = geteuid() == 0 ? settled_folder(path) : NULL;
	int dir = folder ? open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int fd = dir < 0 ? -1 : openat(dir, strrchr(path, '/') + 1, flags, 0640);

	free(folder);
	if (dir >= 0)
		(void)close(dir); /* a path alone */
	if (give(u, fd))
		return fd;
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return -1;
}

#define UNREADABLE 2 /* any code but that of success, and of those who are killed */

/* Who cannot become the user will go on as who they are, and read as now. */
static int look_as(const struct user *u, const char *path)
{
	if (setgroups(0, NULL) < 0 || setresgid(u->gid, u->gid, u->gid) < 0 ||
	    setresuid(u->uid, u->uid, u->uid) < 0)
		return 0;
	return access(path, R_OK) < 0 && errno == EACCES ? UNREADABLE : 0;
}

int user_check_readable(const struct user *u, const char *path, struct fault *f)
{
	pid_t child = geteuid() == 0 && u->uid != 0 ? fork() : -1;
	int status = 0;

	if (child == 0)
		_exit(look_as(u, path));
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != UNREADABLE)
		return 0;
	return fault_set(f, -EACCES,
	                 "%s: user %s of [daemon] cannot read it, so that a reload "
	                 "fails: chmod a+r that file, and a+x the folders that it is in",
	                 path, u->name);
}

void user_warn_unreadable(const struct user *u, const char *path)
{
	if (access(path, R_OK) < 0 && errno == EACCES)
		log_warn("%s: user %s cannot read it, so that a reload fails: it and its "
		         "folders must be readable by others",
		         path, u->name);
}
