/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens when a table is full, and that nothing is ever lost or told twice. */
#include "testing.h"

#include <netinet/in.h>

#include "burst.h"
#include "rng.h"

#define CLIENT 0x0a000000U
#define SERVER 0x08080808U

static struct packet udp(int64_t us, uint32_t client, uint16_t port, uint32_t len)
{
	return (struct packet){ .time = { us },
		                .src = addr_v4(CLIENT + client),
		                .dst = addr_v4(SERVER),
		                .len_bytes = len,
		                .header_bytes = 28,
		                .sport = port,
		                .dport = 53,
		                .proto = IPPROTO_UDP };
}

static struct packet reply(struct packet pkt)
{
	struct packet r = pkt;

	r.src = pkt.dst;
	r.dst = pkt.src;
	r.sport = pkt.dport;
	r.dport = pkt.sport;
	return r;
}

static void feed(struct burst_tracker *t, struct packet pkt)
{
	burst_advance(t, pkt.time);
	burst_packet(t, &pkt);
}

static struct burst_tracker *tracker(struct burst_params p)
{
	struct burst_tracker *t = burst_tracker_new(&p);

	assert_non_null(t);
	return t;
}

/* The flow whose last packet is the longest ago, open or not, makes room. */
static void a_full_flow_table_ends_the_oldest_early(void **state)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t;
	struct burst *b;

	p.max_flows = 16;
	t = tracker(p);
	for (uint16_t i = 0; i < 16; i++)
		feed(t, udp(i, i % 2, i, 100));
	feed(t, udp(20, 0, 0, 100)); /* the first flow is not the oldest now */
	assert_null(burst_take(t));
	feed(t, udp(30, 9, 99, 100));
	b = burst_take(t);
	assert_non_null(b);
	assert_true(addr_equal(b->client, addr_v4(CLIENT + 1)));
	assert_int_equal(b->flags, BURST_EARLY);
	assert_int_equal(b->flow_count, 8);
	burst_release(t, b);
	assert_null(burst_take(t));
	assert_int_equal(burst_counters(t)->flows_evicted, 1);
	assert_int_equal(burst_counters(t)->bursts_early, 1);
	assert_int_equal(burst_flows_now(t), 16);
	burst_tracker_free(t);
	(void)state;
}

/* Clients that have gone quiet make room before those that speak, also when what speaks
 * is a single long flow. */
static void a_full_client_table_ends_the_quietest_early(void **state)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t;
	struct burst *b;

	p.max_clients = 4;
	t = tracker(p);
	for (uint32_t i = 0; i < 4; i++)
		feed(t, udp(i, i, 1, 100));
	feed(t, reply(udp(10, 0, 1, 100)));
	feed(t, udp(20, 2, 1, 100));
	for (uint32_t i = 0; i < 2; i++) {
		feed(t, udp(30 + i, 10 + i, 1, 100));
		b = burst_take(t);
		assert_non_null(b);
		assert_true(addr_equal(b->client, addr_v4(CLIENT + 1 + 2 * i)));
		assert_int_equal(b->flags, BURST_EARLY);
		burst_release(t, b);
		assert_null(burst_take(t));
	}
	assert_int_equal(burst_open_now(t), 4);
	/* Silence makes room without ending anything early. */
	burst_advance(t, (struct mono){ 5 * MONO_SECOND });
	while ((b = burst_take(t)))
		burst_release(t, b);
	for (uint32_t i = 20; i < 24; i++)
		feed(t, udp(6 * MONO_SECOND, i, 1, 100));
	assert_int_equal(burst_counters(t)->bursts_early, 2);
	assert_int_equal(burst_open_now(t), 4);
	burst_tracker_free(t);
	(void)state;
}

static void a_burst_of_too_many_flows_is_cut(void **state)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t;
	struct burst *b;

	p.max_burst_flows = 10;
	t = tracker(p);
	for (uint16_t i = 0; i < 10; i++)
		feed(t, udp(i, 0, i, 100));
	feed(t, udp(10, 0, 9, 100)); /* a flow that it holds already */
	assert_null(burst_take(t));
	feed(t, udp(11, 0, 10, 100));
	b = burst_take(t);
	assert_non_null(b);
	assert_int_equal(b->flow_count, 10);
	assert_int_equal(b->flags, BURST_CUT);
	burst_release(t, b);
	feed(t, udp(12, 0, 3, 100));
	burst_end_all(t, 0);
	assert_int_equal(burst_take(t)->flow_count, 2);
	burst_tracker_free(t);
	(void)state;
}

/* Neither end is private, so the first sender is the client, until the flow is forgotten:
 * then the first sender after that. */
static void a_stale_flow_decides_its_client_anew(void **state)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t;
	struct packet pkt = udp(0, 0, 1000, 100);
	int64_t timeout = p.flow_timeout.us;
	static const int64_t later[] = { 0, 1 };

	pkt.src = addr_v4(0x01010101);
	for (size_t i = 0; i < 2; i++) {
		struct packet back = reply(pkt);
		struct burst *b;

		t = tracker(p);
		feed(t, pkt);
		back.time.us = timeout + later[i];
		feed(t, back);
		b = burst_take(t);
		assert_true(addr_equal(b->client, pkt.src));
		burst_end_all(t, 0);
		b = burst_take(t);
		assert_true(addr_equal(b->client, later[i] ? pkt.dst : pkt.src));
		assert_int_equal(burst_counters(t)->flows_expired, later[i]);
		burst_tracker_free(t);
	}
	(void)state;
}

/* The same with more stale flows before it than one packet forgets. */
static void a_stale_flow_is_stale_in_a_crowd(void **state)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t = tracker(p);
	struct packet pkt = udp(20, 0, 1000, 100), back;
	struct burst *b;

	pkt.src = addr_v4(0x01010101);
	for (uint16_t i = 0; i < 20; i++)
		feed(t, udp(i, 0, i, 100));
	feed(t, pkt);
	back = reply(pkt);
	back.time.us = p.flow_timeout.us + 21;
	feed(t, back);
	while ((b = burst_take(t)))
		burst_release(t, b);
	burst_end_all(t, 0);
	assert_true(addr_equal(burst_take(t)->client, pkt.dst));
	assert_int_equal(burst_counters(t)->flows_expired, 3);
	burst_tracker_free(t);
	(void)state;
}

static void silent_flows_are_forgotten(void **state)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t = tracker(p);
	int64_t now = 0;
	struct burst *b;

	for (uint16_t i = 0; i < 1000; i++)
		feed(t, udp(now, i % 50, i, 100));
	now += p.flow_timeout.us + 2 * MONO_SECOND;
	burst_advance(t, (struct mono){ now });
	while ((b = burst_take(t)))
		burst_release(t, b);
	/* Each packet brings one at most, and forgets more than that. */
	for (uint16_t i = 0; i < 1000; i++)
		feed(t, udp(now, 0, (uint16_t)(2000 + i), 100));
	assert_int_equal(burst_flows_now(t), 1000);
	assert_int_equal(burst_counters(t)->flows_expired, 1000);
	assert_int_equal(burst_counters(t)->flows_evicted, 0);
	burst_tracker_free(t);
	(void)state;
}

struct totals {
	uint64_t pkts, bytes, bursts, flows;
};

static void check_flow(const struct burst *b, const struct burst_flow *bf,
                       struct totals *n)
{
	uint64_t pkts = bf->pkts[0] + bf->pkts[1];

	assert_true(addr_equal(bf->ends.client, b->client));
	assert_ptr_equal(bf->burst, b);
	assert_false(burst_flow_is_open(bf));
	assert_true(pkts > 0);
	assert_int_equal(bf->len[0].count, bf->pkts[0]);
	assert_int_equal(bf->len[1].count, bf->pkts[1]);
	assert_int_equal(bf->len[0].s1 + bf->len[1].s1, bf->bytes[0] + bf->bytes[1]);
	assert_int_equal(bf->gap.count, pkts - 1);
	assert_int_equal(bf->gap.s1, mono_since(bf->last, bf->first).us);
	assert_false(mono_less(bf->first, b->first) || mono_less(b->last, bf->last));
	burst_each_flow ((struct burst *)(uintptr_t)b, other)
		assert_true(other == bf ||
		            other->ends.client_port != bf->ends.client_port);
	n->pkts += pkts;
	n->bytes += bf->bytes[0] + bf->bytes[1];
	n->flows++;
}

static void take_all(struct burst_tracker *t, struct totals *n)
{
	struct burst *b;

	while ((b = burst_take(t))) {
		uint32_t flows = 0;

		assert_int_equal(b->number, ++n->bursts);
		assert_null(b->owner);
		burst_each_flow (b, bf) {
			check_flow(b, bf, n);
			flows++;
		}
		assert_int_equal(b->flow_count, flows);
		burst_release(t, b);
	}
}

/* Every table is far too small, time leaps now and then, and still each packet is found
 * in just one burst-flow; nothing leaks, or the pools would be empty soon. */
static void packets_in_are_packets_out(void **state)
{
	struct burst_params p = burst_defaults();
	struct totals in = { 0 }, out = { 0 };
	struct burst_tracker *t;
	struct rng r;

	p.max_flows = 16;
	p.max_clients = 3;
	p.max_burst_flows = 7;
	p.max = mono_ms(3000);
	p.flow_timeout = mono_ms(20000);
	t = tracker(p);
	rng_init(&r, 11, 0);
	for (int64_t now = 0, i = 0; i < 2000000; i++) {
		struct packet pkt = udp(now, rng_below(&r, 8), (uint16_t)rng_below(&r, 9),
		                        28 + rng_below(&r, 1400));

		now += rng_below(&r, 1000) ? rng_below(&r, 200000)
		                           : rng_below(&r, 60 * MONO_SECOND);
		now -= rng_below(&r, 100) == 0 ? 100000 : 0;
		feed(t, rng_below(&r, 2) ? pkt : reply(pkt));
		in.pkts++;
		in.bytes += pkt.len_bytes;
		take_all(t, &out);
		assert_true(burst_open_now(t) <= 3 && burst_flows_now(t) <= 16);
	}
	burst_end_all(t, BURST_FLUSH);
	take_all(t, &out);
	assert_int_equal(out.pkts, in.pkts);
	assert_int_equal(out.bytes, in.bytes);
	assert_int_equal(burst_counters(t)->bursts, out.bursts);
	assert_int_equal(burst_counters(t)->burst_flows, out.flows);
	assert_int_equal(burst_counters(t)->packets, in.pkts);
	assert_int_equal(burst_open_now(t), 0);
	burst_tracker_free(t);
	(void)state;
}

/* Filled to the brim with bursts that all end at once, while a packet opens one more. */
static void all_may_end_while_one_begins(void **state)
{
	struct burst_params p = burst_defaults();
	struct totals out = { 0 };
	struct burst_tracker *t;

	p.max_flows = 16;
	p.max_clients = 16;
	t = tracker(p);
	for (int64_t round = 0; round < 1000; round++) {
		for (uint16_t i = 0; i < 16; i++) {
			feed(t, udp(round * 10 * MONO_SECOND, i, i, 100));
			take_all(t, &out);
		}
		feed(t, udp(round * 10 * MONO_SECOND + 5 * MONO_SECOND, 99, 99, 100));
		take_all(t, &out);
	}
	assert_int_equal(out.pkts, 17 * 1000 - 1);
	burst_tracker_free(t);
	(void)state;
}

/* A flow whose client is who began, an open burst, and one that was lost a packet. */
static void what_is_forgotten_leaves_nothing(void **state)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t;
	const struct burst_counters none = { 0 };
	struct packet pkt = udp(5 * MONO_SECOND, 1, 2, 100);
	struct burst *b;

	pkt.src = addr_v4(0x08080808); /* both public: the first sender is the client */
	pkt.dst = addr_v4(0x08080404);
	p.early.packets = 1;
	t = tracker(p);
	feed(t, pkt);
	burst_lost(t);
	feed(t, udp(6 * MONO_SECOND, 1, 2, 100));
	burst_forget(t);
	assert_memory_equal(burst_counters(t), &none, sizeof(none));
	assert_int_equal(burst_flows_now(t), 0);
	assert_int_equal(burst_open_now(t), 0);
	assert_null(burst_take_due(t));
	assert_null(burst_take(t));

	pkt = udp(1, 2, 1, 100); /* earlier, and the other way */
	pkt.src = addr_v4(0x08080404);
	pkt.dst = addr_v4(0x08080808);
	feed(t, pkt);
	assert_non_null(burst_take_due(t));
	burst_end_all(t, 0);
	b = burst_take(t);
	assert_non_null(b);
	assert_int_equal(b->number, 1);
	assert_int_equal(b->flags, 0);
	assert_int_equal(b->first.us, 1);
	assert_int_equal(b->flow_count, 1);
	assert_true(addr_equal(b->client, addr_v4(0x08080404)));
	burst_release(t, b);
	burst_tracker_free(t);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_flow_table_ends_the_oldest_early),
		cmocka_unit_test(a_full_client_table_ends_the_quietest_early),
		cmocka_unit_test(a_burst_of_too_many_flows_is_cut),
		cmocka_unit_test(a_stale_flow_decides_its_client_anew),
		cmocka_unit_test(a_stale_flow_is_stale_in_a_crowd),
		cmocka_unit_test(silent_flows_are_forgotten),
		cmocka_unit_test(packets_in_are_packets_out),
		cmocka_unit_test(what_is_forgotten_leaves_nothing),
		cmocka_unit_test(all_may_end_while_one_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
