/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Eight bytes an event, into a tracker whose tables are all too small.  What goes in must
 * come out, once, and with features that are finite. */
#include <math.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "burst.h"
#include "cursor.h"
#include "feature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define EARLY_PACKETS 5

struct totals {
	uint64_t packets, bytes, bursts, due;
};

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_flow(const struct burst *b, const struct burst_flow *bf,
                       struct totals *out)
{
	float x[FEATURE_MAX];

	for (int set = 0; set < FEATURE_SETS; set++) {
		feature_vector((enum feature_set)set, bf, x);
		for (unsigned i = 0; i < feature_count((enum feature_set)set); i++)
			check(isfinite(x[i]));
	}
	check(addr_equal(bf->ends.client, b->client));
	check(bf->gap.count + 1 == bf->pkts[0] + bf->pkts[1]);
	out->packets += bf->pkts[0] + bf->pkts[1];
	out->bytes += bf->bytes[0] + bf->bytes[1];
}

static void take_all(struct burst_tracker *t, struct totals *out)
{
	const struct burst_flow *due;
	struct burst *b = NULL;

	while ((due = burst_take_due(t)) || (b = burst_take(t))) {
		if (due) {
			check(due->due_number == ++out->due);
			check(burst_flow_packets(due) <= EARLY_PACKETS);
			continue;
		}
		check(b->number == ++out->bursts);
		burst_each_flow (b, bf)
			check_flow(b, bf, out);
		burst_release(t, b);
	}
}

/* Lengths up to the longest; a segment each at most once, so that counts can be compared:
 * the MTU is as large as it may be. */
static struct packet packet_of(struct mono now, uint8_t who, uint8_t how, uint16_t len)
{
	struct packet pkt = { .time = now,
		              .src = { 0, 0xffff0a000000 | (who & 7) },
		              .dst = { 0x2001000000000000, who >> 3 & 3 },
		              .sport = how & 7,
		              .dport = 443,
		              .proto = how & 8 ? IPPROTO_TCP : IPPROTO_UDP };
	struct packet back = pkt;

	back.src = pkt.dst;
	back.dst = pkt.src;
	back.sport = pkt.dport;
	back.dport = pkt.sport;
	if (how & 16)
		pkt = back;
	pkt.header_bytes = how & 8 ? 40 : 28;
	pkt.len_bytes = len < pkt.header_bytes ? pkt.header_bytes : len;
	return pkt;
}

static void event(struct burst_tracker *t, struct cursor *c, struct mono *now,
                  struct totals *in)
{
	uint8_t what = 0, who = 0, how = 0, shift = 0;
	uint16_t len = 0, step = 0;
	struct packet pkt;

	(void)(cur_u8(c, &what) && cur_u8(c, &who) && cur_u8(c, &how) &&
	       cur_u8(c, &shift) && cur_be16(c, &len) && cur_be16(c, &step));
	/* As replay does, times stay within 2^53 microseconds. */
	now->us = (now->us + ((int64_t)step << (shift % 38))) & (((int64_t)1 << 53) - 1);
	burst_advance(t, *now);
	if (what == 255)
		burst_lost(t);
	if (what == 254)
		burst_end_all(t, BURST_FLUSH);
	pkt = packet_of(*now, who, how, len);
	burst_packet(t, &pkt);
	in->packets++;
	in->bytes += pkt.len_bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cursor c = cur_of(data, len);
	struct burst_params p = burst_defaults();
	struct totals in = { 0 }, out = { 0 };
	struct mono now = { 0 };
	struct burst_tracker *t;

	p.max_flows = 16;
	p.max_clients = 4;
	p.max_burst_flows = 6;
	p.mtu_bytes = 65535;
	p.early = (struct due_params){ EARLY_PACKETS, mono_ms(len & 2 ? 900 : 3000) };
	p.max.us = len & 1 ? 10 * MONO_SECOND : 0;
	t = burst_tracker_new(&p);
	check(t != NULL);
	while (cur_left(&c) >= 8) {
		event(t, &c, &now, &in);
		take_all(t, &out);
	}
	burst_end_all(t, BURST_FLUSH);
	take_all(t, &out);
	check(in.packets == out.packets && in.bytes == out.bytes);
	check(burst_counters(t)->packets == in.packets);
	check(burst_counters(t)->due == out.due);
	check(burst_open_now(t) == 0 && burst_flows_now(t) <= p.max_flows);
	burst_tracker_free(t);
	return 0;
}
