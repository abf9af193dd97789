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

/* What a packet's flow is looked for by. */
struct flow_search {
	struct flow_key key;
	uint32_t hash;
	bool src_is_low;
};

/* These n packets are next, FLOWS_AHEAD at most, and stay where they are until then: what
 * is needed of their flows is fetched into the cache for all of them at once.  Changes
 * nothing that can be seen, and need not be called. */
#define FLOWS_AHEAD 64
void flows_look_ahead(struct flows *fl, const struct packet *pkt, size_t n);

/* Good until the next of these two calls. */
const struct flow_search *flows_search(struct flows *fl, const struct packet *pkt);

/* The flow that is searched, or NULL when there is none or none that is not stale by now:
 * that one is forgotten then, and *expired counts it. */
struct flow_record *flows_find(struct flows *fl, const struct flow_search *s,
                               struct mono now, uint64_t *expired);

/* A new flow; the table is not full. */
struct flow_record *flows_add(struct flows *fl, const struct flow_search *s);

void flows_forget(struct flows *fl, struct flow_record *flow);
void flows_forget_all(struct flows *fl);

/* Forget a few that have been silent for longer than timeout: at least as many as one
 * packet can bring, so that the table shrinks, and never so many that a packet waits.
 * *expired counts them. */
void flows_expire(struct flows *fl, struct mono now, uint64_t *expired);

/* The one whose last packet is the longest ago, NULL when there is none. */
struct flow_record *flows_oldest(const struct flows *fl);
bool flows_are_full(const struct flows *fl);
uint32_t flows_count(const struct flows *fl);

/* Its open burst-flow; NULL outside of bursts. */
struct burst_flow *flow_open(const struct flow_record *flow);

#endif
