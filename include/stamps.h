/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_STAMPS_H
#define NFCLASS_STAMPS_H

#include <stdbool.h>
#include <stdint.h>

#include "mono.h"

/* The kernel stamps packets with the time at which they came in only while some socket
 * wants it; without, they have the time at which they were read: later, and alike within
 * a read.  Stamps cost the kernel about a twentieth of what the whole way costs, so that
 * they are given up while packets come so fast that reads follow each other within
 * microseconds. */
struct stamps {
	int fd; /* the socket that wants them, or -1 */
	bool on;
	uint64_t count; /* packets since then */
	struct mono since;
};

/* More packets a second than MOST end stamps, fewer than LEAST bring them back. */
#define STAMPS_MOST  100000
#define STAMPS_LEAST 50000

/* Without a socket there are no stamps.  Ended by stamps_close(). */
void stamps_open(struct stamps *s);
void stamps_close(struct stamps *s);

/* So many packets more were read by now. */
void stamps_count(struct stamps *s, uint32_t packets, struct mono now);

#endif
