/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_BURST_H
#define NFCLASS_BURST_H

#include "burst_flow.h"
#include "hash.h"

/* From packets to ended bursts: flows, their clients and the clients' open bursts, all of
 * it in memory that is bounded when the tracker is made. */

struct burst_params {
	struct mono gap;    /* a longer silence ends a burst; 1 ms to 60 s */
	struct mono max;    /* a longer burst is cut; 0 for never */
	uint32_t mtu_bytes; /* 576 to 65535 */
	uint32_t max_flows; /* in the flow table, 16 to 2^24 */
	uint32_t max_clients;
	uint32_t max_burst_flows; /* in one burst: a burst that would hold more is cut */
	struct mono flow_timeout; /* a flow that is silent for longer is forgotten */
	struct due_params early;  /* when a burst-flow is due before its burst ends */
	struct flow_lan lan;
	struct hash_key secret;
};

/* The defaults of all of these: no burst-flow is due early; secret is zero, which is
 * right for captures only. */
struct burst_params burst_defaults(void);

/* What a tracker did, since it was made. */
struct burst_counters {
	uint64_t packets, bytes; /* as they came, superpackets as one */
	uint64_t superpackets_tcp, superpackets_udp;
	uint64_t flows, flows_expired, flows_evicted;
	uint64_t bursts, burst_flows, bursts_cut, bursts_early;
	uint64_t due; /* burst-flows */
};

struct burst_tracker;

/* NULL when memory is short.  The caller ends it with burst_tracker_free(). */
struct burst_tracker *burst_tracker_new(const struct burst_params *p);
void burst_tracker_free(struct burst_tracker *t);

/* As new, for another capture: every flow and burst is forgotten, counters are zero.  The
 * caller has given back what it took. */
void burst_forget(struct burst_tracker *t);

/* Time has come to now: bursts that were silent for longer than gap have ended, and
 * burst-flows may be due.  now that is earlier than any time before counts as the latest
 * one.  The caller takes what happened before the next packet, here and below. */
void burst_advance(struct burst_tracker *t, struct mono now);

/* The next n packets are these, and stay where they are until then: what they need, the
 * first BURST_AHEAD of them, is fetched into the cache for all at once.  Changes nothing
 * that can be seen, and need not be called. */
#define BURST_AHEAD 64
void burst_look_ahead(struct burst_tracker *t, const struct packet *pkt, size_t n);

/* Count a packet, at pkt->time, after burst_advance() to that time.  May end bursts, and
 * its own burst-flow may be due.  There must be room: there is whenever all ended bursts
 * were taken and released. */
void burst_packet(struct burst_tracker *t, const struct packet *pkt);
bool burst_has_room(const struct burst_tracker *t);

/* The next ended burst, in the order in which they ended, or NULL when a burst-flow was
 * due before it or there is none.  The caller gives it back with burst_release(), or so
 * many burst-flows at a time with burst_release_some(), from the first of its list on:
 * true once it is gone altogether. */
struct burst *burst_take(struct burst_tracker *t);
void burst_release(struct burst_tracker *t, struct burst *b);
bool burst_release_some(struct burst_tracker *t, struct burst *b, uint32_t flows);

/* The next burst-flow that is due, or NULL when a burst ended before it or there is none.
 * Each is due once, in the state in which it was then: its burst is open, or has ended
 * since and is the next to be taken after what else was due. */
const struct burst_flow *burst_take_due(struct burst_tracker *t);

/* When the next open burst ends, or a burst-flow is due, if nothing comes; false when
 * none is open. */
bool burst_next_end(const struct burst_tracker *t, struct mono *at);

/* Packets were lost: every open burst is flagged BURST_LOSS. */
void burst_lost(struct burst_tracker *t);

/* End every open burst, oldest first; flags say why (BURST_FLUSH). */
void burst_end_all(struct burst_tracker *t, unsigned flags);

/* gap, max and mtu_bytes from now on; no burst may be open, flows stay. */
void burst_retune(struct burst_tracker *t, struct mono gap, struct mono max,
                  uint32_t mtu_bytes);

/* When burst-flows are due, from now on: by packets those that begin after this. */
void burst_set_early(struct burst_tracker *t, const struct due_params *early);

/* Flows in the table and open bursts. */
uint32_t burst_flows_now(const struct burst_tracker *t);
uint32_t burst_open_now(const struct burst_tracker *t);
const struct burst_counters *burst_counters(const struct burst_tracker *t);

#endif
