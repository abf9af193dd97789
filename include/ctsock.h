/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CTSOCK_H
#define NFCLASS_CTSOCK_H

#include "ctmsg.h"
#include "fault.h"

/* A socket to the kernel's connection tracking. */

#define CTSOCK_MOST 16384 /* a datagram; the kernel fills it with what it lists */

struct ctsock {
	struct mnl_socket *nl;
	uint32_t in[CTSOCK_MOST / 4];
};

/* What to do with a message that was read. */
struct ctsock_reader {
	void (*take)(void *self, enum ctmsg_kind kind, const struct ctmsg *m);
	void *self;
};

/* groups: NF_NETLINK_CONNTRACK_... that are listened to, 0 for none.  0, or -errno with
 * *f filled; ended by ctsock_close() in either case, which takes all zero. */
int ctsock_open(struct ctsock *s, unsigned groups, struct fault *f);
void ctsock_close(struct ctsock *s);
int ctsock_fd(const struct ctsock *s);

/* The kernel has done the work, and all its answers wait, when it returns.  0 or -errno.
 */
int ctsock_send(struct ctsock *s, const void *messages, size_t len);

/* Read one datagram without waiting.  0, -EAGAIN when there is none, -ENOBUFS when some
 * were lost, or another -errno. */
int ctsock_read(struct ctsock *s, const struct ctsock_reader *r);

/* Say in *f what err means, and return it. */
int ctsock_explain(int err, struct fault *f);

#endif
