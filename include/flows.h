/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_FLOWS_H
#define NFCLASS_FLOWS_H

#include "burst_flow.h"
#include "table.h"

/* The flow table: what is kept of a flow between its bursts, in memory that is bounded
 * when the table is made, in the order in which flows were last seen. */
struct flows;

struct flow_record {
	struct table_node node;
	struct flow_key key;
	struct burst_flow *latest; /* NULL once it is released */
	struct mono last;
	bool client_is_low;
};

struct flows_params {
	uint32_t max; /* 1 to 2^27 */
	struct mono timeout;
	struct hash_key secret;
};

/* NULL when memory is short.  Ended by flows_free(), which takes NULL. */
struct flows *flows_new(const struct flows_params *p);
void flows_free(struct flows *fl);

/* The flow with this key, or NULL when there is none or none that is not stale by now:
 * that one is forgotten then, and *expired counts it. */
struct flow_record *flows_find(struct flows *fl, const struct flow_key *key,
                               struct mono now, uint64_t *expired);

/* A new flow; the table is not full. */
struct flow_record *flows_add(struct flows *fl, const struct flow_key *key);

void flows_forget(struct flows *fl, struct flow_record *flow);

/* Forget a few that have been silent for longer than timeout: at least as many as one
 * packet can bring, so that the table shrinks, and never so many that a packet waits.
 * *expired counts them. */
void flows_expire(struct flows *fl, struct mono now, uint64_t *expired);

/* The one whose last packet is the longest ago, NULL when there is none. */
struct flow_record *flows_oldest(const struct flows *fl);
bool flows_are_full(const struct flows *fl);
uint32_t flows_count(const struct flows *fl);

/* These n flows are needed next: see table_look_ahead(). */
void flows_look_ahead(struct flows *fl, const struct flow_key *keys, size_t n);

/* Its open burst-flow; NULL outside of bursts. */
struct burst_flow *flow_open(const struct flow_record *flow);

#endif
