/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_LANE_H
#define NFCLASS_LANE_H

#include "decode.h"
#include "outbox.h"
#include "porter.h"
#include "queue.h"

/* The way of a live packet: a queue with flows, bursts and labels of its own.  All of it
 * is for one thread, but what is said to be for another. */
struct lane;

struct lane_params {
	struct queue_params queue;
	struct burst_params
		burst; /* gap, max and MTU are the model's, early the service's */
	struct outbox_params outbox; /* its bell rings too when the thread has ended */
	bool counters;               /* of every flow and second as well */
};

struct lane_counters {
	struct queue_counters queue;
	struct qtable_row kernel; /* as of the last second */
	struct burst_counters burst;
	uint64_t decoded[DECODE_RESULTS];
	struct outbox_counters outbox;
	uint64_t passed_over; /* burst-flows that were due for an early label */
	uint64_t rows_missed; /* packets that no row of counters had room for */
	uint32_t flows_now, open_now, marks_now;
};

/* Bind the queue and make everything ready.  NULL with *f filled on failure.  Ended by
 * lane_free(), which takes NULL. */
struct lane *lane_new(const struct lane_params *p, const struct outbox_service *s,
                      struct fault *f);
void lane_free(struct lane *l);

/* To wait by: poll() for that long, and then take a turn. */
int lane_fd(const struct lane *l);
int lane_wait_ms(const struct lane *l);

/* Something has ended and is not labelled yet, or packets are read and not counted. */
bool lane_has_work(const struct lane *l);

/* Read what is there, accept it, and label what has ended; when nothing is there, wait
 * for it first, for a few milliseconds or not at all.  How many packets there were, or
 * -errno when the queue can no longer be read. */
int lane_turn(struct lane *l, bool wait);

/* Serve something else, with a labeller made by lane_labeller(), without losing a packet
 * or a flow.  What has ended before is labelled by the old service first, as turns go by:
 * until then the lane is changing, and nothing else can be asked of it. */
void lane_serve(struct lane *l, const struct outbox_service *s,
                struct labeller *labeller);

bool lane_is_changing(const struct lane *l);

void lane_count(struct lane *l, struct lane_counters *c);

/* Empty the queue for good, end the open bursts, label them.  0 or -errno. */
int lane_finish(struct lane *l);

/* For any thread: see outbox_labeller(). */
struct labeller *lane_labeller(const struct lane *l, const struct outbox_service *s);

/* For the thread that writes labels: the next packet of this flow is to carry this mark;
 * see porter_give() and porter_take_back().  The lane looks when it takes a turn, and
 * gives all back by lane_finish(). */
bool lane_mark(struct lane *l, const struct pending_mark *m);
bool lane_take_mark(struct lane *l, struct pending_mark *m);

/* For the thread that writes labels: the next one or a row of counters; false when there
 * is none. */
bool lane_take(struct lane *l, struct outbox_item *it);

#endif
