/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "overlay.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "replay.h"
#include "table.h"

/* A flow of the mixture. */
struct taken {
	struct table_node node;
	struct flow_key key;
	uint64_t side;
};

/* A flow of the second trace: how it was captured, and what becomes of it. */
struct renamed {
	struct table_node node;
	struct flow_key key;
	struct flow_ends from, to;
};

struct source {
	struct replay *replay;
	struct mono shift;
	struct packet next;
	bool has_next;
};

struct overlay {
	struct source source[OVERLAY_TRACES];
	struct table *taken, *renamed;
	struct burst_tracker *tracker;
	struct burst *given; /* to the caller, until the next call */
	bool ended;
};

/* Boyer and Moore's majority vote: of the client that has more than half of the flows. */
static struct addr client_of(const struct overlay_trace *t)
{
	struct addr client = { 0 };
	size_t lead = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (lead == 0)
			client = t->ends[i].client;
		lead += addr_equal(t->ends[i].client, client) ? 1 : (size_t)-1;
	}
	return client;
}

/* Every flow is in a table of room for it. */
static void take(struct overlay *o, const struct flow_ends *e, unsigned side)
{
	struct flow_key key = flow_key_of_ends(e);
	struct taken *t;

	if (table_find(o->taken, key.w))
		return;
	t = table_add(o->taken, key.w);
	t->side = side;
}

static bool is_taken(const struct overlay *o, const struct flow_ends *e)
{
	return table_find(o->taken, flow_key_of_ends(e).w) != NULL;
}

/* A second client behind the same address would get another port, too.  Of the 2^16 that
 * there are, a capture in which all are taken finds none; then two flows are one. */
static void rename_flow(struct overlay *o, const struct flow_ends *from, struct addr was,
                        struct addr is)
{
	struct flow_key key = flow_key_of_ends(from);
	struct flow_ends to = *from;
	struct renamed *r;

	if (table_find(o->renamed, key.w))
		return;
	if (addr_equal(to.client, was))
		to.client = is;
	if (addr_equal(to.server, was))
		to.server = is;
	for (uint32_t tries = 0; tries < 65536 && is_taken(o, &to); tries++)
		to.client_port++;
	take(o, &to, OVERLAY_OVER);
	r = table_add(o->renamed, key.w);
	r->from = *from;
	r->to = to;
}

static bool make_tables(struct overlay *o, const struct overlay_trace *trace)
{
	const struct overlay_trace *base = &trace[OVERLAY_BASE],
				   *over = &trace[OVERLAY_OVER];
	struct addr was = client_of(over), is = client_of(base);
	const struct hash_key no_secret = { 0 };

	o->taken =
		table_new((uint32_t)(base->count + over->count + 1), sizeof(struct taken),
	                  offsetof(struct taken, key), FLOW_KEY_WORDS, &no_secret);
	o->renamed = table_new((uint32_t)over->count + 1, sizeof(struct renamed),
	                       offsetof(struct renamed, key), FLOW_KEY_WORDS, &no_secret);
	if (!o->taken || !o->renamed)
		return false;
	for (size_t i = 0; i < base->count; i++)
		take(o, &base->ends[i], OVERLAY_BASE);
	for (size_t i = 0; i < over->count; i++)
		rename_flow(o, &over->ends[i], was, is);
	return true;
}

/* On to the next packet of a flow. */
static void read_on(struct source *s)
{
	enum decode_result result = DECODE_OK;
	struct fault ignored; /* whoever read the capture before has said it */

	do
		s->has_next = replay_next(s->replay, &result, &s->next, &ignored) > 0;
	while (s->has_next && result != DECODE_OK);
	s->next.time = mono_add(s->next.time, s->shift);
}

struct overlay *overlay_open(const struct overlay_trace trace[static OVERLAY_TRACES],
                             const struct burst_params *p, struct fault *f)
{
	struct overlay *o = calloc(1, sizeof(*o));

	if (!o)
		goto no_memory;
	o->tracker = burst_tracker_new(p);
	if (!o->tracker || !make_tables(o, trace))
		goto no_memory;
	for (int i = 0; i < OVERLAY_TRACES; i++) {
		o->source[i].shift = mono_since(trace[i].begin, trace[i].first);
		o->source[i].replay = replay_open(trace[i].path, f);
		if (!o->source[i].replay)
			goto fail;
		read_on(&o->source[i]);
	}
	return o;

no_memory:
	fault_set(f, -ENOMEM, "out of memory");
fail:
	overlay_free(o);
	return NULL;
}

void overlay_free(struct overlay *o)
{
	if (!o)
		return;
	for (int i = 0; i < OVERLAY_TRACES; i++)
		replay_free(o->source[i].replay);
	burst_tracker_free(o->tracker);
	table_free(o->taken);
	table_free(o->renamed);
	free(o);
}

static void rename_packet(const struct overlay *o, struct packet *pkt)
{
	bool low;
	const struct renamed *r = table_find(o->renamed, flow_key_of(pkt, &low).w);

	if (!r) /* of a flow that was not named to us: it keeps its ends */
		return;
	if (addr_equal(pkt->src, r->from.client) && pkt->sport == r->from.client_port) {
		pkt->src = r->to.client;
		pkt->sport = r->to.client_port;
		pkt->dst = r->to.server;
	} else {
		pkt->src = r->to.server;
		pkt->dst = r->to.client;
		pkt->dport = r->to.client_port;
	}
}

/* The earlier packet of the two; of equal ones the base's. */
static void read_packet(struct overlay *o)
{
	struct source *base = &o->source[OVERLAY_BASE], *over = &o->source[OVERLAY_OVER];
	struct source *s = base;
	struct packet pkt;

	if (!base->has_next && !over->has_next) {
		o->ended = true;
		burst_end_all(o->tracker, BURST_FLUSH);
		return;
	}
	if (!base->has_next ||
	    (over->has_next && mono_less(over->next.time, base->next.time)))
		s = over;
	pkt = s->next;
	if (s == over)
		rename_packet(o, &pkt);
	read_on(s);
	burst_advance(o->tracker, pkt.time);
	burst_packet(o->tracker, &pkt);
}

const struct burst *overlay_next(struct overlay *o)
{
	if (o->given)
		burst_release(o->tracker, o->given);
	while (!(o->given = burst_take(o->tracker)) && !o->ended)
		read_packet(o);
	return o->given;
}

unsigned overlay_side(const struct overlay *o, const struct flow_ends *ends)
{
	const struct taken *t = table_find(o->taken, flow_key_of_ends(ends).w);

	return t ? (unsigned)t->side : OVERLAY_BASE;
}
