/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Not by locale: the order of traces must be the same everywhere. */
static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int add(struct names *files, const char *path, struct fault *f)
{
	if (names_add(files, path) == NAMES_NONE)
		return fault_set(f, -ENOMEM, "%s: out of memory", path);
	return 0;
}

static int visit(struct names *files, const FTSENT *e, struct fault *f)
{
	switch (e->fts_info) {
	case FTS_F:
	case FTS_DEFAULT: /* a fifo, say: whoever put it there wants it read */
		return add(files, e->fts_path, f);
	case FTS_DC:
		return fault_set(f, -ELOOP, "%s: folder within itself", e->fts_path);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
	case FTS_SLNONE:
		return fault_set(f, -e->fts_errno, "%s: %s", e->fts_path,
		                 e->fts_errno ? strerror(e->fts_errno) : "leads nowhere");
	default: /* folders on the way down and up */
		return 0;
	}
}

static int add_folder(struct names *files, const char *path, struct fault *f)
{
	char *copy = strdup(path);
	char *roots[] = { copy, NULL };
	FTS *fts = copy ? fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name) : NULL;
	struct fault later;
	const FTSENT *e;
	int err = 0, failed = 0;

	if (!fts) {
		err = fault_set(f, -errno, "%s: %s", path, strerror(errno));
		free(copy);
		return err;
	}
	while (errno = 0, (e = fts_read(fts))) {
		err = visit(files, e, failed ? &later : f);
		failed = failed ? failed : err;
	}
	if (errno && !failed)
		failed = fault_set(f, -errno, "%s: %s", path, strerror(errno));
	(void)fts_close(fts); /* nothing was changed */
	free(copy);
	return failed;
}

int walk_add(struct names *files, const char *path, struct fault *f)
{
	struct stat st;

	if (strcmp(path, "-") == 0 || stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return add(files, path, f); /* whoever opens it tells what is wrong */
	return add_folder(files, path, f);
}

void walk_last(const char *path, char name[static WALK_LABEL_SIZE])
{
	size_t len = strlen(path), from;

	while (len > 0 && path[len - 1] == '/')
		len--;
	for (from = len; from > 0 && path[from - 1] != '/';)
		from--;
	(void)snprintf(name, WALK_LABEL_SIZE, "%.*s", (int)(len - from), path + from);
}

void walk_label(const char *file, char label[static WALK_LABEL_SIZE])
{
	const char *slash = strrchr(file, '/');
	char folder[PATH_MAX], real[PATH_MAX];

	(void)snprintf(label, WALK_LABEL_SIZE, "-");
	if (strcmp(file, "-") == 0)
		return;
	(void)snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - file) : 1,
	               slash ? file : ".");
	walk_last(folder, label);
	if (strcmp(label, ".") != 0 && strcmp(label, "..") != 0 && *label)
		return;
	if (realpath(*folder ? folder : "/", real))
		walk_last(real, label);
}
