/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a configuration: refused with a reason, or understood and, printed and
 * read again, understood the same. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conf.h"

static int load(struct conf *c, const void *data, size_t len)
{
	struct fault f;
	char path[64];
	int fd = memfd_create("conf", MFD_CLOEXEC), err;

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = conf_load(c, path, &f);
	close(fd);
	return err;
}

static char *print(const struct conf *c)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	conf_print(c, out);
	fclose(out);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct conf a, b;
	char *first, *second;

	if (load(&a, data, len) < 0)
		return 0;
	first = print(&a);
	if (load(&b, first, strlen(first)) < 0)
		abort();
	second = print(&b);
	if (strcmp(first, second) != 0)
		abort();
	free(first);
	free(second);
	return 0;
}
