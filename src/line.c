/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "line.h"

#include <stdarg.h>

void line_put(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->buf + l->len, l->size - l->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->len += (size_t)n;
	if (l->len >= l->size)
		l->len = l->size - 1;
}

void line_escaped(struct line *l, const char *s, enum escape how)
{
	char out[ESCAPE_SIZE];

	while (escape_next(&s, how, out))
		line_put(l, "%s", out);
}
