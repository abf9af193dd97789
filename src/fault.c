/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault.h"

#include <errno.h>
#include <stdio.h>

int fault_set(struct fault *f, int err, const char *fmt, ...)
{
	va_list ap;

	if (!f)
		return err;
	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt,
	                ap); /* a cut text still explains */
	va_end(ap);
	return err;
}

int fault_at(struct fault *f, size_t at, const char *what)
{
	return fault_set(f, -EINVAL, "at byte %zu: %s", at, what);
}

int fault_no_memory(struct fault *f)
{
	return fault_set(f, -ENOMEM, "out of memory");
}

int fault_prefix(struct fault *f, int err, const char *prefix)
{
	struct fault inner;

	if (!f)
		return err;
	inner = *f;
	return fault_set(f, err, "%.200s: %s", prefix, inner.text);
}
