/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_BELL_H
#define NFCLASS_BELL_H

#include <stdint.h>
#include <unistd.h>

/* Ring a bell made by eventfd(). */
static inline void bell_ring(int fd)
{
	const uint64_t one = 1;

	(void)!write(fd, &one, sizeof(one)); /* fails only when it rings already */
}

#endif
