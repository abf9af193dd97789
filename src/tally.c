/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "segment.h"
#include "table.h"

enum { SENT, RCVD };

/* Rows of the while at hand and of the one before take turns. */
struct tally_flow {
	struct table_node node;
	struct flow_key key;
	struct tally_row row[2];
	bool client_is_low, listed[2];
};

struct tally {
	struct tally_params p;
	struct table *flows;
	struct list rows[2];
	unsigned now; /* whose turn it is */
	uint64_t missed;
};

struct tally *tally_new(const struct tally_params *p)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->p = *p;
	list_init(&t->rows[0]);
	list_init(&t->rows[1]);
	t->flows =
		table_new(p->max_flows, sizeof(struct tally_flow),
	                  offsetof(struct tally_flow, key), FLOW_KEY_WORDS, &p->secret);
	if (!t->flows) {
		tally_free(t);
		return NULL;
	}
	return t;
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	table_free(t->flows);
	free(t);
}

bool tally_is_full(const struct tally *t)
{
	const struct tally_flow *oldest = table_oldest(t->flows);

	return table_count(t->flows) == t->p.max_flows &&
	       (oldest->listed[0] || oldest->listed[1]);
}

/* NULL when there is no room: flows that have a row are never given up for new ones. */
static struct tally_flow *add_flow(struct tally *t, const struct flow_key *key,
                                   const struct packet *pkt, bool src_is_low)
{
	struct tally_flow *flow;
	bool sent;

	if (tally_is_full(t))
		return NULL;
	if (table_count(t->flows) == t->p.max_flows)
		table_remove(t->flows, table_oldest(t->flows));
	flow = table_add(t->flows, key->w);
	sent = flow_client_sends(&t->p.lan, pkt);
	flow->client_is_low = sent == src_is_low;
	flow->row[0].ends = flow->row[1].ends = flow_ends_of(pkt, sent);
	return flow;
}

static struct tally_row *row_of(struct tally *t, struct tally_flow *flow)
{
	struct tally_row *row = &flow->row[t->now];

	if (flow->listed[t->now])
		return row;
	for (int way = SENT; way <= RCVD; way++)
		row->pkts[way] = row->bytes[way] = 0;
	list_add_tail(&t->rows[t->now], &row->node);
	flow->listed[t->now] = true;
	return row;
}

void tally_add(struct tally *t, const struct packet *pkt)
{
	struct segments s = segments_of(pkt, t->p.mtu_bytes);
	bool src_is_low;
	struct flow_key key = flow_key_of(pkt, &src_is_low);
	struct tally_flow *flow = table_find(t->flows, key.w);
	struct tally_row *row;
	int way;

	if (flow)
		table_touch(t->flows, flow);
	else
		flow = add_flow(t, &key, pkt, src_is_low);
	if (!flow) {
		t->missed++;
		return;
	}
	row = row_of(t, flow);
	way = flow->client_is_low == src_is_low ? SENT : RCVD;
	row->pkts[way] += s.pkts;
	row->bytes[way] += segments_bytes(s, t->p.mtu_bytes);
}

bool tally_has_rows(const struct tally *t)
{
	return !list_empty(&t->rows[!t->now]);
}

const struct tally_row *tally_take(struct tally *t)
{
	unsigned before = !t->now;
	struct tally_row *row;

	if (!tally_has_rows(t))
		return NULL;
	row = list_owner(t->rows[before].next, struct tally_row, node);
	list_del(&row->node);
	list_owner(row, struct tally_flow, row[before])->listed[before] = false;
	return row;
}

void tally_begin(struct tally *t)
{
	while (tally_take(t))
		;
	t->now = !t->now;
	t->missed = 0;
}

void tally_forget(struct tally *t)
{
	struct tally_flow *flow;

	tally_begin(t);
	tally_begin(t);
	while ((flow = table_oldest(t->flows)))
		table_remove(t->flows, flow);
}

uint64_t tally_missed(const struct tally *t)
{
	return t->missed;
}

void tally_line(const struct tally_row *row, int64_t second,
                char buf[static TALLY_LINE_SIZE])
{
	char client[ADDR_TEXT_SIZE], server[ADDR_TEXT_SIZE];

	(void)snprintf(buf, TALLY_LINE_SIZE, /* 225 characters at most */
	               "%" PRId64 " %s %u %s %u %s %" PRIu64 " %" PRIu64 " %" PRIu64
	               " %" PRIu64 "%s",
	               second, addr_text(row->ends.client, client), row->ends.client_port,
	               addr_text(row->ends.server, server), row->ends.server_port,
	               proto_name(row->ends.proto), row->pkts[SENT], row->pkts[RCVD],
	               row->bytes[SENT], row->bytes[RCVD],
	               row->by_kernel ? " conntrack" : "");
}
