/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_INI_H
#define NFCLASS_INI_H

#include <stddef.h>

#include "fault.h"

/* The lines of an ini file, in their order. */
struct ini_entry {
	char *section; /* as written, like the key */
	char *key;     /* NULL: the line is [section] */
	char *value;   /* of a key */
	unsigned line;
};

struct ini {
	const char *path; /* the caller's */
	struct ini_entry *entry;
	size_t count, room;
};

/* Read a file.  A line that is none, a key before any section and a key given twice are
 * errors; case does not make a difference between keys.  0, or -errno with file and line
 * in f.  Ended by ini_clear() in either case. */
int ini_load(struct ini *ini, const char *path, struct fault *f);
void ini_clear(struct ini *ini);

/* Put file and line before what f says, and return err; line 0 is none. */
int ini_fault(const struct ini *ini, unsigned line, int err, struct fault *f);

/* The line of a key; 0 when the file does not have it. */
unsigned ini_line(const struct ini *ini, const char *section, const char *key);

/* The line of that one of two which comes later. */
unsigned ini_line_later(const struct ini *ini, const char *section, const char *a,
                        const char *b);

#endif
