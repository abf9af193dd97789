/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_MARKER_H
#define NFCLASS_MARKER_H

#include "pending.h"
#include "plan.h"
#include "record.h"

/* From labels to marks of connections.  The main thread's: it may wait for the kernel,
 * and no packet waits for it.  A mark travels with the connection's next packet, or is
 * set through ctnetlink: where the plan says so, where no packet came, and for what is
 * blocked, whose packets are not forwarded far enough to save it. */
struct marker;

/* It remembers max_flows.  The plan is borrowed until another is served.  What the kernel
 * lacks is warned of, and done without.  NULL when memory is short.  Ended by
 * marker_free(), which takes NULL. */
struct marker *marker_new(const struct plan *p, uint32_t max_flows);
void marker_free(struct marker *m);

/* Go over to another plan, and give what is open the marks that it wants. */
void marker_serve(struct marker *m, const struct plan *p);

/* A label: its mark, whether it is blocked, and how many bursts have agreed to it are
 * written into r.  true when the flow's next packet is to carry *mark, instead of what it
 * was to carry before. */
bool marker_label(struct marker *m, struct record *r, struct pending_mark *mark);

/* A label that says nothing new: what is marked already is written into r. */
void marker_repeat(const struct marker *m, struct record *r);

/* No packet carries it: through ctnetlink, with the next marker_flush(), unless something
 * else was decided meanwhile. */
void marker_set(struct marker *m, const struct pending_mark *mark);
void marker_flush(struct marker *m);

/* Look at the clock: where rules begin or end to hold, what is open gets other marks. How
 * many milliseconds until it wants to look again; -1 for never. */
int marker_advance(struct marker *m);

struct marker_counters {
	uint64_t labels;            /* that gave a mark */
	uint64_t carried;           /* marks that were handed over for packets to carry */
	uint64_t set, gone, failed; /* through ctnetlink, as struct ctmark_counters */
	uint64_t changes; /* marks that were decided anew by the clock or a reload */
};

struct marker_counters marker_counters(const struct marker *m);

#endif
