/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A superpacket counts as the segments it stands for. */
#include "testing.h"

#include <netinet/in.h>

#include "burst.h"

static struct burst_tracker *tracker(uint32_t mtu_bytes)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t;

	p.mtu_bytes = mtu_bytes;
	t = burst_tracker_new(&p);
	assert_non_null(t);
	return t;
}

static struct packet packet_of(uint8_t proto, uint32_t len, uint32_t header)
{
	return (struct packet){ .time = { 10 },
		                .src = { 0xfd00000000000000, 1 },
		                .dst = { 0x2001000000000000, 2 },
		                .len_bytes = len,
		                .header_bytes = header,
		                .sport = 1,
		                .dport = 443,
		                .proto = proto };
}

/* The burst-flow of count packets like this one; good until the tracker is freed. */
static struct burst_flow *flow_of_packets(struct burst_tracker *t, struct packet pkt,
                                          int count)
{
	struct burst *b;

	for (int i = 0; i < count; i++) {
		burst_advance(t, pkt.time);
		burst_packet(t, &pkt);
		pkt.time.us += 1000;
	}
	burst_end_all(t, BURST_FLUSH);
	b = burst_take(t);
	assert_non_null(b);
	return list_owner(b->flows.next, struct burst_flow, node);
}

static const struct {
	uint8_t proto;
	uint32_t mtu, len, header, pkts, bytes, last;
} rows[] = {
	/* Not longer than the MTU: one packet. */
	{ IPPROTO_TCP, 1500, 40, 40, 1, 40, 40 },
	{ IPPROTO_TCP, 1500, 1499, 40, 1, 1499, 1499 },
	{ IPPROTO_TCP, 1500, 1500, 40, 1, 1500, 1500 },
	/* One byte more makes a second segment of one byte and its headers. */
	{ IPPROTO_TCP, 1500, 1501, 40, 2, 1541, 41 },
	/* Exact multiples of what fits. */
	{ IPPROTO_TCP, 1500, 40 + 2 * 1460, 40, 2, 3000, 1500 },
	{ IPPROTO_TCP, 1500, 40 + 2 * 1460 + 1, 40, 3, 3041, 41 },
	{ IPPROTO_TCP, 1500, 40 + 10 * 1460, 40, 10, 15000, 1500 },
	{ IPPROTO_TCP, 1500, 40 + 10 * 1460 - 1, 40, 10, 14999, 1499 },
	/* Timestamps, as in the traces: 25,614 bytes with 14 of link header. */
	{ IPPROTO_TCP, 1500, 25600, 52, 18, 26484, 984 },
	/* The longest of IPv4 and of IPv6. */
	{ IPPROTO_TCP, 1500, 65535, 40, 45, 67295, 1295 },
	{ IPPROTO_TCP, 1500, 65575, 60, 46, 68275, 775 },
	{ IPPROTO_TCP, 1500, 60 + 3 * 1440, 60, 3, 4500, 1500 },
	/* Other MTUs. */
	{ IPPROTO_TCP, 576, 1500, 40, 3, 1580, 428 },
	{ IPPROTO_TCP, 65535, 65535, 40, 1, 65535, 65535 },
	/* Headers that fill the MTU leave no room to split. */
	{ IPPROTO_TCP, 576, 1500, 576, 1, 1500, 1500 },
	{ IPPROTO_TCP, 576, 1500, 575, 925, 532800, 576 },
	/* UDP stays as it is. */
	{ IPPROTO_UDP, 1500, 1501, 28, 1, 1501, 1501 },
	{ IPPROTO_UDP, 1500, 65535, 28, 1, 65535, 65535 },
};

static void lengths_split_as_designed(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct burst_tracker *t = tracker(rows[i].mtu);
		struct burst_flow *bf =
			flow_of_packets(t,
		                        packet_of(rows[i].proto, rows[i].len,
		                                  rows[i].header),
		                        1);
		uint32_t n = rows[i].pkts;

		assert_int_equal(bf->pkts[BURST_SENT], n);
		assert_int_equal(bf->bytes[BURST_SENT], rows[i].bytes);
		assert_int_equal(bf->len[BURST_SENT].count, n);
		assert_int_equal(bf->len[BURST_SENT].s1, rows[i].bytes);
		assert_int_equal(bf->len[BURST_SENT].min, rows[i].last);
		assert_int_equal(bf->len[BURST_SENT].max,
		                 n > 1 ? rows[i].mtu : rows[i].last);
		assert_int_equal(bf->spread[BURST_SENT].count, n);
		/* They come at one time. */
		assert_int_equal(bf->gap.count, n - 1);
		assert_int_equal(bf->gap.s1, 0);
		assert_int_equal(bf->pkts[BURST_RCVD], 0);
		burst_tracker_free(t);
	}
	(void)state;
}

/* Two of three segments, a millisecond apart: five gaps, one of which is not zero. */
static void gaps_lie_between_segments(void **state)
{
	struct burst_tracker *t = tracker(1500);
	struct burst_flow *bf =
		flow_of_packets(t, packet_of(IPPROTO_TCP, 40 + 3 * 1460, 40), 2);

	assert_int_equal(bf->pkts[BURST_SENT], 6);
	assert_int_equal(bf->gap.count, 5);
	assert_int_equal(bf->gap.s1, 1000);
	assert_int_equal(bf->gap.max, 1000);
	assert_int_equal(bf->gap.min, 0);
	burst_tracker_free(t);
	(void)state;
}

/* Each segment carries data of its own; of the first twelve packets only. */
static void first_lengths_are_those_of_segments(void **state)
{
	struct burst_tracker *t = tracker(1500);
	struct burst_flow *bf =
		flow_of_packets(t, packet_of(IPPROTO_TCP, 40 + 1460 + 100, 40), 1);

	assert_int_equal(bf->first_count, 2);
	assert_int_equal(bf->first_bytes[0], 1460);
	assert_int_equal(bf->first_bytes[1], 100);
	burst_tracker_free(t);
	t = tracker(1500);
	bf = flow_of_packets(t, packet_of(IPPROTO_TCP, 65535, 40), 3);
	assert_int_equal(bf->first_count, BURST_FIRST);
	for (int i = 0; i < BURST_FIRST; i++)
		assert_int_equal(bf->first_bytes[i], 1460);
	burst_tracker_free(t);
	t = tracker(1500);
	bf = flow_of_packets(t, packet_of(IPPROTO_TCP, 40, 40), 3);
	assert_int_equal(bf->first_count, 0);
	burst_tracker_free(t);
	(void)state;
}

static void superpackets_are_counted(void **state)
{
	struct burst_tracker *t = tracker(1500);

	flow_of_packets(t, packet_of(IPPROTO_TCP, 1501, 40), 3);
	flow_of_packets(t, packet_of(IPPROTO_UDP, 1501, 28), 2);
	flow_of_packets(t, packet_of(IPPROTO_TCP, 1500, 40), 5);
	assert_int_equal(burst_counters(t)->superpackets_tcp, 3);
	assert_int_equal(burst_counters(t)->superpackets_udp, 2);
	assert_int_equal(burst_counters(t)->packets, 10);
	assert_int_equal(burst_counters(t)->bytes, 5 * 1501 + 5 * 1500);
	burst_tracker_free(t);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_split_as_designed),
		cmocka_unit_test(gaps_lie_between_segments),
		cmocka_unit_test(first_lengths_are_those_of_segments),
		cmocka_unit_test(superpackets_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
