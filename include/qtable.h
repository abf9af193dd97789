/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_QTABLE_H
#define NFCLASS_QTABLE_H

#include <stdbool.h>
#include <stdint.h>

/* The kernel's own table of netfilter queues (nfnetlink_queue.c, seq_show()). */
#define QTABLE_PATH "/proc/net/netfilter/nfnetlink_queue"

struct qtable_row {
	uint32_t port;          /* netlink port of the program that reads the queue */
	uint32_t waiting;       /* packets in the queue now */
	uint32_t queue_dropped; /* the queue was full */
	uint32_t user_dropped;  /* the program's socket buffer was full */
	uint32_t queued;        /* packets put into the queue so far, modulo 2^32 */
};

/* The row of one queue out of the table's text; false, and *row untouched, when there is
 * none. */
bool qtable_find(const char *text, unsigned number, struct qtable_row *row);

#endif
