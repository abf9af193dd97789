/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TESTING_H
#define NFCLASS_TESTING_H

/* cmocka wants these before itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A copy in a block of just its size, so that the address sanitizer sees a read of even
 * one byte too many.  Ended by free(). */
static inline uint8_t *copy_of(const void *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, data, len);
	return copy;
}

/* The file that a group of tests writes: path as for mkstemp(), made before and gone
 * after them.  What main() is to return. */
#define run_with_file(path, tests)                                                       \
	file_gone(path, file_made(path) ? cmocka_run_group_tests(tests, NULL, NULL) : 1)

static inline bool file_made(char *path)
{
	int fd = mkstemp(path);

	return fd >= 0 && close(fd) == 0;
}

static inline int file_gone(const char *path, int failed)
{
	unlink(path);
	return failed;
}

/* got is want to a relative error, or to an absolute one of the same size near zero. */
#define assert_near(got, want, error) assert_near_at(got, want, error, __FILE__, __LINE__)

static inline void assert_near_at(double got, double want, double error, const char *file,
                                  int line)
{
	if (fabs(got - want) <= error * fmax(1, fabs(want)))
		return;
	print_error("%s:%d: %.17g is not %.17g\n", file, line, got, want);
	_fail(file, line);
}

#endif
