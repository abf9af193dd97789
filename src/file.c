/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST ((size_t)1 << 31)

static int read_all(int fd, uint8_t **data, size_t *len)
{
	size_t room = 1 << 16, have = 0;
	uint8_t *p = malloc(room);

	while (p) {
		ssize_t n = read(fd, p + have, room - 1 - have);
		uint8_t *more;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			goto fail;
		if (n == 0) {
			p[have] = 0;
			*data = p;
			*len = have;
			return 0;
		}
		have += (size_t)n;
		if (have < room - 1)
			continue;
		errno = EFBIG;
		more = room >= FILE_MOST ? NULL : realloc(p, 2 * room);
		if (!more)
			goto fail;
		p = more;
		room *= 2;
	}
	return -ENOMEM;

fail:
	free(p);
	return -errno;
}

int file_read(const char *path, uint8_t **data, size_t *len, struct fault *f)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return fault_set(f, -errno, "%s: %s", path, strerror(errno));
	err = read_all(fd, data, len);
	if (!standard)
		(void)close(fd); /* nothing was written */
	return err ? fault_set(f, err, "%s: %s", path, strerror(-err)) : 0;
}

static bool write_all(int fd, const uint8_t *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

int file_write(const char *path, const void *data, size_t len, struct fault *f)
{
	char *temp = NULL;
	int fd = -1, err;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return fault_set(f, -ENOMEM, "%s: out of memory", path);
	fd = mkstemp(temp);
	if (fd < 0 || !write_all(fd, data, len) || fchmod(fd, 0644) < 0 || fsync(fd) < 0)
		goto fail;
	err = close(fd);
	fd = -1;
	if (err < 0 || rename(temp, path) < 0)
		goto fail;
	free(temp);
	return 0;

fail:
	err = -errno;
	fault_set(f, err, "%s: cannot write: %s", path, strerror(-err));
	if (fd >= 0)
		(void)close(fd); /* the first error is the one to tell */
	(void)unlink(temp);
	free(temp);
	return err;
}
