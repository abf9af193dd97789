/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flows.h"

#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 64

struct flows {
	struct table *table;
	struct flows_params p;
	/* Of the packets that are next, and of one that nobody knew of before. */
	struct flow_search ahead[FLOWS_AHEAD], other;
	const struct packet *next;
	size_t at, count;
};

struct flows *flows_new(const struct flows_params *p)
{
	struct flows *fl = calloc(1, sizeof(*fl));

	if (!fl)
		return NULL;
	fl->p = *p;
	fl->table =
		table_new(p->max, sizeof(struct flow_record),
	                  offsetof(struct flow_record, key), FLOW_KEY_WORDS, &p->secret);
	if (!fl->table) {
		flows_free(fl);
		return NULL;
	}
	return fl;
}

void flows_free(struct flows *fl)
{
	if (!fl)
		return;
	table_free(fl->table);
	free(fl);
}

struct burst_flow *flow_open(const struct flow_record *flow)
{
	return flow->latest && burst_flow_is_open(flow->latest) ? flow->latest : NULL;
}

static bool is_silent(const struct flows *fl, const struct flow_record *flow,
                      struct mono now)
{
	return mono_less(fl->p.timeout, mono_since(now, flow->last));
}

void flows_forget(struct flows *fl, struct flow_record *flow)
{
	if (flow->latest)
		flow->latest->flow = NULL;
	table_remove(fl->table, flow);
}

void flows_forget_all(struct flows *fl)
{
	struct flow_record *flow;

	while ((flow = flows_oldest(fl)))
		flows_forget(fl, flow);
	fl->at = fl->count = 0;
}

/* Packets come in runs of one flow: most have the key, and so the hash, of the one
 * before. At the very first before is all zero, which is the key of none. */
static struct flow_search search_of(const struct flows *fl, const struct packet *pkt,
                                    const struct flow_search *before)
{
	struct flow_search s;

	s.key = flow_key_of(pkt, &s.src_is_low);
	s.hash = memcmp(&s.key, &before->key, sizeof(s.key)) == 0
	                 ? before->hash
	                 : table_hash(fl->table, s.key.w);
	return s;
}

const struct flow_search *flows_search(struct flows *fl, const struct packet *pkt)
{
	if (fl->at < fl->count && pkt == fl->next + fl->at)
		return &fl->ahead[fl->at++];
	fl->other = search_of(fl, pkt, &fl->other);
	return &fl->other;
}

static void fetch(const void *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += LINE_BYTES)
		__builtin_prefetch((const uint8_t *)from + i, 1);
}

/* Each pass asks for what the next one reads, so that the waits of all packets overlap.
 */
void flows_look_ahead(struct flows *fl, const struct packet *pkt, size_t n)
{
	const struct flow_record *guess[FLOWS_AHEAD];

	n = n < FLOWS_AHEAD ? n : FLOWS_AHEAD;
	if (n < 2)
		n = 0; /* one has nobody to share its waits with */
	fl->next = pkt;
	fl->at = 0;
	fl->count = n;
	for (size_t i = 0; i < n; i++) {
		fl->ahead[i] = search_of(fl, &pkt[i], &fl->ahead[i > 0 ? i - 1 : i]);
		table_fetch_slot(fl->table, fl->ahead[i].hash);
	}
	for (size_t i = 0; i < n; i++) {
		guess[i] = table_guess(fl->table, fl->ahead[i].hash);
		if (guess[i])
			fetch(guess[i], sizeof(*guess[i]));
	}
	for (size_t i = 0; i < n; i++)
		if (guess[i] && guess[i]->latest)
			fetch(guess[i]->latest, BURST_FLOW_OFTEN_BYTES);
}

struct flow_record *flows_find(struct flows *fl, const struct flow_search *s,
                               struct mono now, uint64_t *expired)
{
	struct flow_record *flow = table_find_hashed(fl->table, s->key.w, s->hash);

	if (flow && is_silent(fl, flow, now) && !flow_open(flow)) {
		flows_forget(fl, flow);
		++*expired;
		return NULL;
	}
	if (flow)
		table_touch(fl->table, flow);
	return flow;
}

struct flow_record *flows_add(struct flows *fl, const struct flow_search *s)
{
	return table_add_hashed(fl->table, s->key.w, s->hash);
}

/* Those whose burst is open must not stand before others for as long as it is: they move
 * to the end. */
void flows_expire(struct flows *fl, struct mono now, uint64_t *expired)
{
	for (int i = 0; i < 2; i++) {
		struct flow_record *flow = flows_oldest(fl);

		if (!flow || !is_silent(fl, flow, now))
			return;
		if (flow_open(flow)) {
			table_touch(fl->table, flow);
			continue;
		}
		flows_forget(fl, flow);
		++*expired;
	}
}

struct flow_record *flows_oldest(const struct flows *fl)
{
	return table_oldest(fl->table);
}

bool flows_are_full(const struct flows *fl)
{
	return table_count(fl->table) == fl->p.max;
}

uint32_t flows_count(const struct flows *fl)
{
	return table_count(fl->table);
}
