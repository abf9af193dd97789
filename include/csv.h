/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CSV_H
#define NFCLASS_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

/* Fields out of CSV text (RFC 4180; lines may end in LF alone), one after the other,
 * without copying. */
struct csv {
	const char *p, *end;
	unsigned line; /* where the last field began, from 1 */
	unsigned line_next;
};

/* Borrowed from the text.  What stood in quotes is without them, but its doubled quotes
 * are still doubled. */
struct csv_field {
	const char *text;
	size_t len;
	bool doubled; /* holds doubled quotes */
	bool last;    /* of its record */
};

/* A byte order mark is passed over. */
struct csv csv_of(const char *text, size_t len);

/* Is there another record?  To be asked after a last field only. */
bool csv_more(const struct csv *c);

/* 0, or -EINVAL with the line in f: quotes out of place, a bare CR, a NUL. */
int csv_next(struct csv *c, struct csv_field *field, struct fault *f);

/* The field as a string, quotes undoubled; false when it does not fit into size bytes. */
bool csv_text(const struct csv_field *field, char *buf, size_t size);

/* Digits alone, up to max. */
bool csv_u64(const struct csv_field *field, uint64_t max, uint64_t *v);

/* A finite decimal number as in 1, -2.5 or 3e-05: no blanks, no hexadecimal, no words. */
bool csv_number(const struct csv_field *field, double *v);

#endif
