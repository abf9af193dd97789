/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TRACE_H
#define NFCLASS_TRACE_H

#include "burst.h"
#include "replay.h"

/* A capture run through the core: in come its packets, out come its bursts, and before
 * them burst-flows that are due early.  Only what is open at a time is in memory. */
struct trace;

/* For one capture after the other.  NULL when memory is short.  Ended by trace_free(),
 * which takes NULL. */
struct trace *trace_new(const struct burst_params *p);
void trace_free(struct trace *t);

/* Begin with a capture; what was read of the one before is forgotten.  0 or -EINVAL with
 * *f filled, as by replay_open(). */
int trace_open(struct trace *t, const char *path, struct fault *f);

/* The next burst in the order in which they end: 1 with *b, good until the next call; 0
 * at the end.  A broken capture gives all bursts of its whole packets first and then the
 * error of replay_next() with *f filled. */
int trace_next(struct trace *t, const struct burst **b, struct fault *f);

/* The same, with what is due early among it, in the order in which it happened: one of
 * the two is NULL. */
struct trace_event {
	const struct burst_flow *due;
	const struct burst *ended;
};
int trace_event(struct trace *t, struct trace_event *e, struct fault *f);

/* Packets read so far. */
uint64_t trace_packets(const struct trace *t);

#endif
