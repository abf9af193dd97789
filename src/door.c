/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "door.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define LOCK_TRIES   20
#define LOCK_WAIT_MS 50
#define BACKLOG      16

static int address_of(const char *path, struct sockaddr_un *at, struct fault *f)
{
	*at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(at->sun_path))
		return fault_set(f, -ENAMETOOLONG,
		                 "control socket %s: the path has more than %zu bytes",
		                 path, sizeof(at->sun_path) - 1);
	strcpy(at->sun_path, path);
	return 0;
}

static int said(const char *path, int err, struct fault *f)
{
	return fault_set(f, err, "control socket %s: %s", path, strerror(-err));
}

/* 0 when somebody answers there, whose descriptor goes to *fd.  The limits hold for
 * connecting, too. */
static int connect_to(const struct sockaddr_un *at, int flags, int *fd)
{
	const struct timeval wait = { .tv_sec = DOOR_WAIT_S };
	int err;

	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (*fd < 0)
		return -errno;
	if (setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) == 0 &&
	    setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) == 0 &&
	    connect(*fd, (const struct sockaddr *)at, sizeof(*at)) == 0)
		return 0;
	err = -errno;
	(void)close(*fd); /* nothing was written */
	return err;
}

int door_connect(const char *path, struct fault *f)
{
	struct sockaddr_un at;
	int fd, err = address_of(path, &at, f);

	if (err)
		return err;
	err = connect_to(&at, 0, &fd);
	return err ? said(path, err, f) : fd;
}

/* Two that start at once must not take each other's socket for a stale one: the folder is
 * locked while one looks and makes its own, which is quick.  Who holds it for longer is
 * somebody else, whom we do not let keep us out.  The descriptor that holds the lock. */
static int lock_folder(const char *path, struct fault *f)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	(void)snprintf(folder, sizeof(folder), "%.*s",
	               slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	(void)!mkdir(folder, 0755); /* if it is not there now, opening it says why */
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return said(path, -errno, f);
	for (int i = 0; i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB) < 0; i++)
		(void)poll(NULL, 0, LOCK_WAIT_MS);
	return fd;
}

static int remove_stale(const struct sockaddr_un *at, struct fault *f)
{
	struct ucred who = { .pid = 0 };
	socklen_t len = sizeof(who);
	struct stat st;
	int fd, err;

	if (lstat(at->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : said(at->sun_path, -errno, f);
	if (!S_ISSOCK(st.st_mode))
		return fault_set(f, -EEXIST,
		                 "control socket %s: is there, and is not a socket",
		                 at->sun_path);
	err = connect_to(at, SOCK_NONBLOCK, &fd);
	if (err == -ECONNREFUSED)
		return unlink(at->sun_path) < 0 ? said(at->sun_path, -errno, f) : 0;
	if (!err) {
		(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len);
		(void)close(fd); /* nothing was written */
	}
	return fault_set(f, -EADDRINUSE,
	                 "control socket %s: another program answers there (process %ld)",
	                 at->sun_path, (long)who.pid);
}

/* -1 for none. */
static int find_group(const char *name, gid_t *gid, struct fault *f)
{
	const struct group *g = *name ? getgrnam(name) : NULL;
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	*gid = g ? g->gr_gid : *name ? (gid_t)number : (gid_t)-1;
	if (g || (!*end && number < UINT_MAX))
		return 0;
	return fault_set(f, -ENOENT, "control socket: there is no group '%s'", name);
}

/* Its mode is right from the start, and links are not followed: whose the folder is might
 * put one there. */
static int bind_as(int fd, const struct sockaddr_un *at, mode_t mode)
{
	const mode_t before = umask(0777 & ~mode);
	int err = bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ? -errno : 0;

	(void)umask(before);
	return err;
}

/* Before there are threads: the umask is everybody's. */
static int make(struct door *d, const struct sockaddr_un *at, const struct door_params *p,
                gid_t gid)
{
	struct stat st;
	int err;

	d->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d->fd < 0)
		return -errno;
	err = bind_as(d->fd, at, p->mode);
	if (err)
		return err;
	if (lstat(p->path, &st) < 0)
		return -errno;
	d->dev = st.st_dev;
	d->ino = st.st_ino;
	d->path = p->path;
	return lchown(p->path, (uid_t)-1, gid) < 0 || listen(d->fd, BACKLOG) < 0 ? -errno
	                                                                         : 0;
}

int door_open(struct door *d, const struct door_params *p, struct fault *f)
{
	struct sockaddr_un at;
	int lock, err;
	gid_t gid;

	*d = (struct door){ .fd = -1 };
	err = address_of(p->path, &at, f);
	if (!err)
		err = find_group(p->group, &gid, f);
	if (err)
		return err;
	lock = lock_folder(p->path, f);
	if (lock < 0)
		return lock;
	err = remove_stale(&at, f);
	if (!err) {
		err = make(d, &at, p, gid);
		if (err) {
			said(p->path, err, f);
			door_close(d);
		}
	}
	(void)close(lock); /* only read from */
	return err;
}

void door_close(struct door *d)
{
	struct stat st;

	if (d->path && lstat(d->path, &st) == 0 && st.st_dev == d->dev &&
	    st.st_ino == d->ino)
		(void)unlink(d->path); /* who may not leaves it, see above */
	if (d->fd >= 0)
		(void)close(d->fd); /* only listened to */
	*d = (struct door){ .fd = -1 };
}
