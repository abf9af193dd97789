/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_QUEUE_H
#define NFCLASS_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "mono.h"
#include "qtable.h"

/* One netfilter queue: packets in, accepted in batches. */
struct queue;

struct queue_params {
	uint16_t number;
	uint32_t length;       /* packets that may wait in the kernel */
	uint32_t copy_bytes;   /* of each packet */
	uint32_t buffer_bytes; /* of the socket */
	bool fail_open;        /* when the queue is full packets pass unseen */
};

/* A packet that was read.  data is good until the next read; it may be cut, and empty for
 * a message that cannot be understood.  Interface indices are 0 where there is none. */
struct queue_packet {
	const uint8_t *data;
	uint32_t len;
	uint32_t in_if, out_if;
	uint32_t id, mark; /* the kernel's number for it, and its packet mark */
	struct mono time;  /* monotonic clock, never goes back */
};

/* packets == verdicts as soon as a read is over, unless sending failed. */
struct queue_counters {
	uint64_t packets, verdicts;
	uint64_t early;  /* of packets: came before the queue was set up, not handed on */
	uint64_t missed; /* numbers that the kernel gave to packets we never got */
	/* Times when the queue may have been full, so that what came passed unseen
	 * (fail_open) or was dropped: never fewer than there were. */
	uint64_t full;
	uint64_t reads;   /* that brought something */
	uint64_t stamped; /* packets with the kernel's own time */
	uint64_t marked;  /* packets that were given a mark */
	uint64_t bad_messages, verdict_errors, overruns;
};

/* Bind to the queue and set it up.  NULL with *f filled when the number is taken, when it
 * is not permitted, or when the kernel has no queues.  Ended by queue_free(), which takes
 * NULL; what then still waits in the queue is lost, so end with queue_close() first. */
struct queue *queue_new(const struct queue_params *p, struct fault *f);
void queue_free(struct queue *q);

/* For poll(). */
int queue_fd(const struct queue *q);

/* The most packets that one read brings. */
#define QUEUE_PACKETS 128

/* Read what is there, up to 64 messages; when nothing is, wait for it for a few
 * milliseconds or not at all.  How many packets there are, 0 when there is nothing;
 * -errno when the socket can no longer be used.  What was read is to be accepted before
 * the next read. */
int queue_read(struct queue *q, bool wait);
void queue_accept(struct queue *q);

/* The time of the last read. */
struct mono queue_now(const struct queue *q);

/* The i-th packet of the last read. */
const struct queue_packet *queue_packet(const struct queue *q, int i);

/* Before it is accepted: these bits of its packet mark become value. */
void queue_mark(struct queue *q, int i, uint32_t value, uint32_t mask);

/* Let the kernel pass all further packets by, so that reading until there is nothing more
 * empties the queue for good.  0 or -errno. */
int queue_close(struct queue *q);

/* What the kernel says of the queue.  0 or -errno; *row is then untouched. */
int queue_ask_kernel(const struct queue *q, struct qtable_row *row);

const struct queue_counters *queue_counters(const struct queue *q);

#endif
