/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_QSOCKET_H
#define NFCLASS_QSOCKET_H

#include <stdbool.h>
#include <stdint.h>

/* A netfilter queue's netlink socket, and what is said to the kernel through it. */
struct mnl_socket;

struct qsocket {
	struct mnl_socket *nl;
	uint16_t number; /* of the queue */
};

struct qsocket_params {
	uint32_t length;     /* packets that may wait in the kernel */
	uint32_t copy_bytes; /* of each packet */
	bool fail_open;      /* when the queue is full packets pass unseen */
	uint32_t sequence;   /* of the message, which the kernel's answer repeats */
};

/* A socket with a buffer of so many bytes, for one queue, that only the kernel can send
 * to. To receive from it takes about QSOCKET_WAIT_MS at most (a tick of the kernel's
 * clock more).  0 or -errno; ended by qsocket_close() in either case. */
#define QSOCKET_WAIT_MS 4
int qsocket_open(struct qsocket *s, uint16_t number, uint32_t buffer_bytes);
void qsocket_close(struct qsocket *s);

int qsocket_fd(const struct qsocket *s);

/* All that follow send one message and return 0 or -errno. */

/* Bind the queue and set it up; the kernel answers. */
int qsocket_bind(const struct qsocket *s, const struct qsocket_params *p);

/* Accept these packets, each with its mark, at most QSOCKET_MARKS, and then every other
 * one of the queue up to this id.  NULL: there is no other, for which the kernel would
 * complain. */
struct qsocket_mark {
	uint32_t id, mark;
};
#define QSOCKET_MARKS 128
int qsocket_accept(const struct qsocket *s, const uint32_t *last_id,
                   const struct qsocket_mark *marks, unsigned count);

/* From now on packets pass by the queue. */
int qsocket_pass_by(const struct qsocket *s);

#endif
