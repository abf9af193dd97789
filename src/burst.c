/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open bursts stand in a list in the order of their last packets.  They all wait for the
 * same gap, so the first of the list is always the next to end: a timer for every burst
 * at the cost of relinking one node a packet. */
#include "burst.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "flows.h"
#include "pool.h"

enum { EVENT_ENDED, EVENT_DUE };

/* Lives as long as its burst is open. */
struct client_record {
	struct table_node node;
	uint64_t key[2];
	struct burst *open;
};

struct burst_tracker {
	struct burst_params p;
	struct burst_counters n;
	struct flows *flows;
	struct table *clients;
	struct pool bursts, burst_flows;
	struct list open, events;
	struct list waiting; /* struct due, of flows of open bursts and of some others */
	struct mono now;
	uint64_t losses; /* times that packets were lost */
};

struct burst_params burst_defaults(void)
{
	return (struct burst_params){
		.gap = mono_ms(1000),
		.mtu_bytes = 1500,
		.max_flows = 65536,
		.max_clients = 4096,
		.max_burst_flows = 4096,
		.flow_timeout = mono_ms(600 * 1000),
	};
}

struct burst_tracker *burst_tracker_new(const struct burst_params *p)
{
	struct burst_tracker *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->p = *p;
	t->now = (struct mono){ INT64_MIN };
	list_init(&t->open);
	list_init(&t->events);
	list_init(&t->waiting);
	t->flows = flows_new(
		&(struct flows_params){ p->max_flows, p->flow_timeout, p->secret });
	t->clients = table_new(p->max_clients, sizeof(struct client_record),
	                       offsetof(struct client_record, key), 2, &p->secret);
	/* One more than can be open: a packet may open one while all that could be open
	 * before it have ended and wait to be taken. */
	if (!t->flows || !t->clients ||
	    !pool_init(&t->bursts, p->max_clients + 1, sizeof(struct burst)) ||
	    !pool_init(&t->burst_flows, p->max_flows + 1, sizeof(struct burst_flow))) {
		burst_tracker_free(t);
		return NULL;
	}
	return t;
}

void burst_tracker_free(struct burst_tracker *t)
{
	if (!t)
		return;
	flows_free(t->flows);
	table_free(t->clients);
	pool_clear(&t->bursts);
	pool_clear(&t->burst_flows);
	free(t);
}

/* Losses are told of to all open bursts at once, who see it when they are asked. */
static void note_losses(const struct burst_tracker *t, struct burst *b)
{
	if (b->losses != t->losses)
		b->flags |= BURST_LOSS;
	b->losses = t->losses;
}

/* Takes as long for thousands of flows as for one: they see by their burst that they have
 * ended. */
static void end_burst(struct burst_tracker *t, struct burst *b, unsigned flags)
{
	note_losses(t, b);
	b->flags |= flags;
	b->number = ++t->n.bursts;
	table_remove(t->clients, b->owner);
	b->owner = NULL;
	t->n.burst_flows += b->flow_count;
	t->n.bursts_cut += (flags & BURST_CUT) != 0;
	t->n.bursts_early += (flags & BURST_EARLY) != 0;
	list_del(&b->node);
	event_put(&t->events, &b->event, EVENT_ENDED);
}

static void come_due(struct burst_tracker *t, struct burst_flow *bf)
{
	due_end(&bf->due);
	bf->due_number = ++t->n.due;
	event_put(&t->events, &bf->event, EVENT_DUE);
}

/* Bursts have not ended up to now yet: a burst-flow whose time comes after its burst's
 * end is not due. */
static void check_waiting(struct burst_tracker *t)
{
	struct mono at;

	while (due_next(&t->waiting, &t->p.early, &at) && !mono_less(t->now, at)) {
		struct burst_flow *bf =
			list_owner(t->waiting.next, struct burst_flow, due.node);

		if (!burst_flow_is_open(bf) ||
		    mono_less(t->p.gap, mono_since(at, bf->burst->last)))
			list_del(&bf->due.node);
		else
			come_due(t, bf);
	}
}

static struct burst *first_open(const struct burst_tracker *t)
{
	return list_empty(&t->open) ? NULL : list_owner(t->open.next, struct burst, node);
}

void burst_advance(struct burst_tracker *t, struct mono now)
{
	struct burst *b;

	t->now = mono_max(t->now, now);
	check_waiting(t);
	while ((b = first_open(t)) && mono_less(t->p.gap, mono_since(t->now, b->last)))
		end_burst(t, b, 0);
	flows_expire(t->flows, t->now, &t->n.flows_expired);
}

/* The flow whose last packet is the longest ago makes room; its burst ends early, whole,
 * since the flows of a burst are judged together. */
static void evict_flow(struct burst_tracker *t)
{
	struct flow_record *flow = flows_oldest(t->flows);

	if (flow_open(flow))
		end_burst(t, flow->latest->burst, BURST_EARLY);
	flows_forget(t->flows, flow);
	t->n.flows_evicted++;
}

static struct flow_record *flow_of(struct burst_tracker *t, const struct packet *pkt,
                                   bool *sent)
{
	const struct flow_search *s = flows_search(t->flows, pkt);
	struct flow_record *flow = flows_find(t->flows, s, t->now, &t->n.flows_expired);

	if (!flow) {
		if (flows_are_full(t->flows))
			evict_flow(t);
		flow = flows_add(t->flows, s);
		flow->client_is_low = flow_client_sends(&t->p.lan, pkt) == s->src_is_low;
		t->n.flows++;
	}
	flow->last = t->now;
	*sent = flow->client_is_low == s->src_is_low;
	return flow;
}

static bool burst_is_over(const struct burst_tracker *t, const struct burst *b)
{
	return t->p.max.us > 0 && mono_less(t->p.max, mono_since(t->now, b->first));
}

/* When there are too many clients, the one that was silent for the longest ends early. */
static struct burst *open_burst(struct burst_tracker *t, struct addr a,
                                const uint64_t key[2])
{
	struct burst *b = pool_get(&t->bursts);

	assert(b); /* else the caller has not taken what ended */
	if (table_count(t->clients) == t->p.max_clients)
		end_burst(t, first_open(t), BURST_EARLY);
	b->client = a;
	b->owner = table_add(t->clients, key);
	b->owner->open = b;
	b->first = t->now;
	b->losses = t->losses;
	list_init(&b->flows);
	list_add_tail(&t->open, &b->node);
	return b;
}

/* The client's open burst with room for one more flow, a new one if need be. */
static struct burst *burst_of(struct burst_tracker *t, struct addr a)
{
	uint64_t key[2] = { a.hi, a.lo };
	struct client_record *client = table_find(t->clients, key);

	if (client && (burst_is_over(t, client->open) ||
	               client->open->flow_count >= t->p.max_burst_flows)) {
		end_burst(t, client->open, BURST_CUT);
		client = NULL;
	}
	return client ? client->open : open_burst(t, a, key);
}

static struct burst_flow *open_burst_flow(struct burst_tracker *t,
                                          struct flow_record *flow,
                                          const struct packet *pkt, bool sent)
{
	struct burst_flow *bf = pool_get(&t->burst_flows);

	assert(bf); /* else the caller has not taken what ended */
	bf->ends = flow_ends_of(pkt, sent);
	bf->in_if = sent ? pkt->in_if : pkt->out_if;
	bf->out_if = sent ? pkt->out_if : pkt->in_if;
	bf->burst = burst_of(t, bf->ends.client);
	if (flow->latest)
		flow->latest->flow = NULL;
	bf->flow = flow;
	bf->first = t->now;
	due_wait(&bf->due, &t->waiting, &t->p.early, t->now);
	list_add_tail(&bf->burst->flows, &bf->node);
	bf->index = bf->burst->flow_count++;
	bf->burst->tcp_count += pkt->proto == IPPROTO_TCP;
	flow->latest = bf;
	return bf;
}

static void count(struct burst_tracker *t, const struct packet *pkt)
{
	t->n.packets++;
	t->n.bytes += pkt->len_bytes;
	if (pkt->len_bytes > t->p.mtu_bytes)
		*(pkt->proto == IPPROTO_TCP ? &t->n.superpackets_tcp
		                            : &t->n.superpackets_udp) += 1;
}

void burst_look_ahead(struct burst_tracker *t, const struct packet *pkt, size_t n)
{
	static_assert(BURST_AHEAD == FLOWS_AHEAD, "both look ahead together");
	flows_look_ahead(t->flows, pkt, n);
}

bool burst_has_room(const struct burst_tracker *t)
{
	return pool_has(&t->bursts) && pool_has(&t->burst_flows);
}

void burst_packet(struct burst_tracker *t, const struct packet *pkt)
{
	struct flow_record *flow;
	struct burst_flow *bf;
	struct burst *b;
	bool sent;

	t->now = mono_max(t->now, pkt->time);
	flow = flow_of(t, pkt, &sent);
	bf = flow_open(flow);
	if (bf && burst_is_over(t, bf->burst)) {
		end_burst(t, bf->burst, BURST_CUT);
		bf = NULL;
	}
	if (!bf)
		bf = open_burst_flow(t, flow, pkt, sent);
	burst_flow_add(bf, pkt, sent, t->now, t->p.mtu_bytes);
	if (burst_flow_packets(bf) >= bf->due.packets)
		come_due(t, bf);
	count(t, pkt);

	b = bf->burst;
	b->last = t->now;
	list_del(&b->node);
	list_add_tail(&t->open, &b->node);
}

struct burst *burst_take(struct burst_tracker *t)
{
	struct event *e = event_take(&t->events, EVENT_ENDED);

	return e ? list_owner(e, struct burst, event) : NULL;
}

const struct burst_flow *burst_take_due(struct burst_tracker *t)
{
	struct event *e = event_take(&t->events, EVENT_DUE);
	struct burst_flow *bf = e ? list_owner(e, struct burst_flow, event) : NULL;

	if (bf && burst_flow_is_open(bf))
		note_losses(t, bf->burst);
	return bf;
}

bool burst_release_some(struct burst_tracker *t, struct burst *b, uint32_t flows)
{
	while (!list_empty(&b->flows)) {
		struct burst_flow *bf =
			list_owner(b->flows.next, struct burst_flow, node);

		if (flows-- == 0)
			return false;
		if (bf->flow)
			bf->flow->latest = NULL;
		due_end(&bf->due);
		list_del(&bf->node);
		pool_put(&t->burst_flows, bf);
	}
	pool_put(&t->bursts, b);
	return true;
}

void burst_release(struct burst_tracker *t, struct burst *b)
{
	(void)burst_release_some(t, b, UINT32_MAX); /* which is all of them */
}

bool burst_next_end(const struct burst_tracker *t, struct mono *at)
{
	const struct burst *b = first_open(t);
	struct mono due;

	if (!b)
		return false;
	/* A silence of just gap does not end it yet. */
	*at = mono_add(mono_add(b->last, t->p.gap), (struct mono){ 1 });
	if (due_next(&t->waiting, &t->p.early, &due) && mono_less(due, *at))
		*at = due;
	return true;
}

void burst_forget(struct burst_tracker *t)
{
	struct burst *b = NULL;

	burst_end_all(t, 0);
	for (; burst_take_due(t) || (b = burst_take(t)); b = NULL)
		if (b)
			burst_release(t, b);
	flows_forget_all(t->flows);
	t->n = (struct burst_counters){ 0 };
	t->now = (struct mono){ INT64_MIN };
	t->losses = 0;
}

void burst_lost(struct burst_tracker *t)
{
	t->losses++;
}

void burst_end_all(struct burst_tracker *t, unsigned flags)
{
	struct burst *b;

	while ((b = first_open(t)))
		end_burst(t, b, flags);
}

void burst_retune(struct burst_tracker *t, struct mono gap, struct mono max,
                  uint32_t mtu_bytes)
{
	assert(list_empty(
		&t->open)); /* an open burst has one gap and one MTU throughout */
	t->p.gap = gap;
	t->p.max = max;
	t->p.mtu_bytes = mtu_bytes;
}

void burst_set_early(struct burst_tracker *t, const struct due_params *early)
{
	t->p.early = *early;
}

uint32_t burst_flows_now(const struct burst_tracker *t)
{
	return flows_count(t->flows);
}

uint32_t burst_open_now(const struct burst_tracker *t)
{
	return table_count(t->clients); /* one each */
}

const struct burst_counters *burst_counters(const struct burst_tracker *t)
{
	return &t->n;
}
