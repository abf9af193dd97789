/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_FAULT_H
#define NFCLASS_FAULT_H

#include <stdarg.h>
#include <stddef.h>

/* Why an operation failed, in words for a person: file, line or offset, what was found
 * and what is allowed. */
struct fault {
	char text[512];
};

/* Write the text (cut at the end of the buffer) and return err, a negative errno, so that
 * a failing function can end in `return fault_set(f, -EINVAL, ...)`.  f may be NULL. */
int fault_set(struct fault *f, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for what is wrong at a byte of some input, -EINVAL, and for memory that ran
 * out, -ENOMEM. */
int fault_at(struct fault *f, size_t at, const char *what);
int fault_no_memory(struct fault *f);

/* Put "prefix: " before what f says and return err: the caller's file name before the
 * callee's reason. */
int fault_prefix(struct fault *f, int err, const char *prefix);

#endif
