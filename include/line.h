/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_LINE_H
#define NFCLASS_LINE_H

#include "escape.h"

/* Text that grows within a buffer: what does not fit is cut off, and what is there is
 * always whole as a string. */
struct line {
	char *buf;
	size_t size, len;
};

/* Empty, in size bytes (1 and up) that are the caller's. */
static inline struct line line_in(char *buf, size_t size)
{
	buf[0] = 0;
	return (struct line){ buf, size, 0 };
}

void line_put(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* All of s, as it stands in that place. */
void line_escaped(struct line *l, const char *s, enum escape how);

#endif
