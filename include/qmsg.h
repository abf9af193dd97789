/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_QMSG_H
#define NFCLASS_QMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages from the kernel's nfnetlink_queue, in memory. */

enum qmsg_kind {
	QMSG_PACKET,
	QMSG_ERROR, /* the answer to a message of ours; error 0: done as asked */
	QMSG_OTHER,
	QMSG_BAD, /* cannot be understood, nor what follows */
};

struct qmsg {
	uint32_t id; /* of the packet, for its verdict */
	const uint8_t *data;
	uint32_t len;
	uint32_t in_if, out_if; /* 0 for none */
	uint32_t mark;          /* of the packet */
	int64_t stamp_us;       /* epoch, by the kernel; 0 for none */
	int error;              /* -errno */
	uint32_t sequence;      /* of the message that is answered */
};

/* A walk over the messages of one datagram.  It starts at a multiple of four, and memory
 * reaches up to one behind it: libmnl reads padding that a last message may lack. */
struct qmsg_walk {
	const void *at;
	int left; /* signed: an unpadded last message drives it below zero */
};

/* The next message; false at the end.  Of *m only what belongs to *kind is filled. */
bool qmsg_next(struct qmsg_walk *w, enum qmsg_kind *kind, struct qmsg *m);

#endif
