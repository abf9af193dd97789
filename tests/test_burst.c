/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of bursts, one by one; what a flood does is in test_burst_limits.c. */
#include "testing.h"

#include <netinet/in.h>

#include "burst.h"

#define A 0x0a000001U /* 10.0.0.1 and .2, two clients */
#define B 0x0a000002U
#define S 0x08080808U /* two servers */
#define T 0x08080404U

static struct burst_tracker *tracker(int64_t max_us)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t;

	p.max.us = max_us;
	t = burst_tracker_new(&p);
	assert_non_null(t);
	return t;
}

static struct packet tcp(int64_t us, uint32_t src, uint16_t sport, uint32_t dst,
                         uint16_t dport, uint32_t len)
{
	return (struct packet){ .time = { us },
		                .src = addr_v4(src),
		                .dst = addr_v4(dst),
		                .len_bytes = len,
		                .header_bytes = 40,
		                .sport = sport,
		                .dport = dport,
		                .proto = IPPROTO_TCP };
}

static void feed(struct burst_tracker *t, struct packet pkt)
{
	burst_advance(t, pkt.time);
	burst_packet(t, &pkt);
}

/* The next ended burst, which there must be. */
static struct burst *taken(struct burst_tracker *t)
{
	struct burst *b = burst_take(t);

	assert_non_null(b);
	return b;
}

static struct burst_flow *flow_at(struct burst *b, unsigned i)
{
	unsigned k = 0;

	burst_each_flow (b, bf)
		if (k++ == i)
			return bf;
	fail();
	return NULL;
}

static void a_silence_of_just_gap_does_not_end_a_burst(void **state)
{
	struct burst_tracker *t = tracker(0);
	struct mono end;
	struct burst *b;

	assert_false(burst_next_end(t, &end));
	feed(t, tcp(0, A, 1, S, 443, 100));
	feed(t, tcp(MONO_SECOND, A, 1, S, 443, 100));
	burst_advance(t, (struct mono){ 2 * MONO_SECOND });
	assert_null(burst_take(t));
	assert_int_equal(burst_open_now(t), 1);
	assert_true(burst_next_end(t, &end));
	assert_int_equal(end.us, 2 * MONO_SECOND + 1);
	burst_advance(t, end);
	b = taken(t);
	assert_int_equal(b->number, 1);
	assert_int_equal(b->first.us, 0);
	assert_int_equal(b->last.us, MONO_SECOND);
	assert_int_equal(b->flags, 0);
	assert_int_equal(flow_at(b, 0)->pkts[BURST_SENT], 2);
	assert_int_equal(burst_open_now(t), 0);
	burst_release(t, b);
	burst_tracker_free(t);
	(void)state;
}

/* One flow is silent for three seconds, but its client is not. */
static void a_burst_belongs_to_the_client_not_to_the_flow(void **state)
{
	struct burst_tracker *t = tracker(0);
	struct burst *b;

	feed(t, tcp(0, A, 1, S, 443, 100));
	for (int i = 1; i <= 4; i++)
		feed(t, tcp(i * 900000, A, 2, T, 80, 60));
	feed(t, tcp(4000000, S, 443, A, 1, 1400));
	assert_null(burst_take(t));
	burst_end_all(t, BURST_FLUSH);
	b = taken(t);
	assert_int_equal(b->flow_count, 2);
	assert_int_equal(b->flags, BURST_FLUSH);
	assert_int_equal(flow_at(b, 0)->ends.client_port, 1);
	assert_int_equal(flow_at(b, 0)->pkts[BURST_SENT], 1);
	assert_int_equal(flow_at(b, 0)->pkts[BURST_RCVD], 1);
	assert_int_equal(flow_at(b, 0)->gap.max, 4000000);
	assert_int_equal(flow_at(b, 1)->pkts[BURST_SENT], 4);
	assert_int_equal(flow_at(b, 1)->gap.count, 3);
	assert_null(burst_take(t));
	burst_tracker_free(t);
	(void)state;
}

static void clients_have_bursts_of_their_own(void **state)
{
	struct burst_tracker *t = tracker(0);
	struct burst *b;

	feed(t, tcp(0, A, 1, S, 443, 100));
	feed(t, tcp(100, B, 1, S, 443, 100));
	feed(t, tcp(900000, A, 1, S, 443, 100));
	/* B's burst, opened later, ends first and so has the first number. */
	feed(t, tcp(1500000, A, 1, S, 443, 100));
	b = taken(t);
	assert_int_equal(b->number, 1);
	assert_true(addr_equal(b->client, addr_v4(B)));
	burst_release(t, b);
	burst_end_all(t, BURST_FLUSH);
	b = taken(t);
	assert_int_equal(b->number, 2);
	assert_true(addr_equal(b->client, addr_v4(A)));
	assert_int_equal(flow_at(b, 0)->pkts[BURST_SENT], 3);
	burst_tracker_free(t);
	(void)state;
}

/* Whoever sends first, and of each burst anew. */
static void interfaces_are_those_of_what_the_client_sends(void **state)
{
	struct burst_tracker *t = tracker(0);
	struct packet up = tcp(0, A, 1, S, 443, 100), down = tcp(0, S, 443, A, 2, 100);
	struct burst *b;

	up.in_if = 3;
	up.out_if = 4;
	down.in_if = 4;
	down.out_if = 3;
	feed(t, up);
	feed(t, down);
	down.in_if = 5; /* another way from now on, which the next burst shows */
	feed(t, down);
	down.time.us = 3 * MONO_SECOND;
	feed(t, down);
	burst_end_all(t, 0);
	b = taken(t);
	assert_int_equal(flow_at(b, 0)->in_if, 3);
	assert_int_equal(flow_at(b, 0)->out_if, 4);
	assert_int_equal(flow_at(b, 1)->in_if, 3);
	assert_int_equal(flow_at(b, 1)->out_if, 4);
	burst_release(t, b);
	assert_int_equal(flow_at(taken(t), 0)->out_if, 5);
	burst_tracker_free(t);
	(void)state;
}

static void bursts_that_end_together_end_in_order_of_their_last_packets(void **state)
{
	struct burst_tracker *t = tracker(0);

	for (uint32_t i = 0; i < 20; i++)
		feed(t, tcp(i, A + i, 1, S, 443, 100));
	for (uint32_t i = 0; i < 20; i++)
		feed(t, tcp(100 + i, A + i * 7 % 20, 1, S, 443, 100));
	burst_advance(t, (struct mono){ 100 * MONO_SECOND });
	for (uint32_t i = 0; i < 20; i++) {
		struct burst *b = taken(t);

		assert_int_equal(b->number, i + 1);
		assert_true(addr_equal(b->client, addr_v4(A + i * 7 % 20)));
		burst_release(t, b);
	}
	burst_tracker_free(t);
	(void)state;
}

/* A burst that lasts longer than max is cut where it would: just max is not longer. */
static void a_burst_longer_than_max_is_cut(void **state)
{
	struct burst_tracker *t = tracker(10 * MONO_SECOND);
	struct burst *b;

	for (int i = 0; i <= 20; i++)
		feed(t, tcp(i * 500000, A, 1, S, 443, 100));
	assert_null(burst_take(t));
	/* Another flow of the client finds it over, too. */
	feed(t, tcp(10000001, A, 2, S, 443, 100));
	b = taken(t);
	assert_int_equal(b->flags, BURST_CUT);
	assert_int_equal(flow_at(b, 0)->pkts[BURST_SENT], 21);
	assert_int_equal(b->last.us, 10000000);
	burst_release(t, b);
	feed(t, tcp(10000002, A, 1, S, 443, 100));
	burst_end_all(t, BURST_FLUSH);
	b = taken(t);
	assert_int_equal(b->flow_count, 2);
	assert_int_equal(b->first.us, 10000001);
	assert_int_equal(flow_at(b, 1)->gap.count, 0); /* none across the cut */
	assert_int_equal(burst_counters(t)->bursts_cut, 1);
	burst_tracker_free(t);
	(void)state;
}

static void the_flow_that_runs_on_is_cut_too(void **state)
{
	struct burst_tracker *t = tracker(MONO_SECOND);
	struct burst *b;

	feed(t, tcp(0, A, 1, S, 443, 100));
	feed(t, tcp(MONO_SECOND, A, 1, S, 443, 100));
	feed(t, tcp(MONO_SECOND + 1, A, 1, S, 443, 100));
	b = taken(t);
	assert_int_equal(b->flags, BURST_CUT);
	assert_int_equal(flow_at(b, 0)->pkts[BURST_SENT], 2);
	burst_tracker_free(t);
	(void)state;
}

static void both_directions_are_one_flow_client_first(void **state)
{
	struct burst_tracker *t = tracker(0);
	struct burst_flow *bf;

	feed(t, tcp(0, S, 443, A, 50000, 1500)); /* the first packet is the server's */
	feed(t, tcp(10, A, 50000, S, 443, 52));
	feed(t, tcp(30, A, 50000, S, 443, 60));
	burst_end_all(t, BURST_FLUSH);
	bf = flow_at(taken(t), 0);
	assert_true(addr_equal(bf->ends.client, addr_v4(A)));
	assert_true(addr_equal(bf->ends.server, addr_v4(S)));
	assert_int_equal(bf->ends.client_port, 50000);
	assert_int_equal(bf->ends.server_port, 443);
	assert_int_equal(bf->pkts[BURST_SENT], 2);
	assert_int_equal(bf->bytes[BURST_SENT], 112);
	assert_int_equal(bf->pkts[BURST_RCVD], 1);
	assert_int_equal(bf->bytes[BURST_RCVD], 1500);
	assert_int_equal(bf->gap.s1, 30);
	assert_int_equal(bf->first_bytes[0], -1460);
	assert_int_equal(bf->first_bytes[1], 12);
	assert_int_equal(bf->first_bytes[2], 20);
	assert_int_equal(bf->first_count, 3);
	burst_tracker_free(t);
	(void)state;
}

static void tcp_and_udp_of_the_same_ports_are_two_flows(void **state)
{
	struct burst_tracker *t = tracker(0);
	struct packet udp = tcp(5, A, 1, S, 443, 100);
	struct burst *b;

	udp.proto = IPPROTO_UDP;
	udp.header_bytes = 28;
	feed(t, tcp(0, A, 1, S, 443, 100));
	feed(t, udp);
	burst_end_all(t, BURST_FLUSH);
	b = taken(t);
	assert_int_equal(b->flow_count, 2);
	assert_int_equal(flow_at(b, 0)->ends.proto, IPPROTO_TCP);
	assert_int_equal(flow_at(b, 1)->ends.proto, IPPROTO_UDP);
	burst_tracker_free(t);
	(void)state;
}

/* An earlier time stamp counts as the latest one seen. */
static void time_never_goes_back(void **state)
{
	struct burst_tracker *t = tracker(0);
	struct burst_flow *bf;
	struct burst *b;

	feed(t, tcp(5000000, A, 1, S, 443, 100));
	feed(t, tcp(1000000, A, 1, S, 443, 100));
	feed(t, tcp(-7, B, 1, S, 443, 100));
	feed(t, tcp(5000009, A, 1, S, 443, 100));
	burst_advance(t, (struct mono){ 0 });
	assert_null(burst_take(t));
	burst_end_all(t, BURST_FLUSH);
	b = taken(t);
	assert_int_equal(b->first.us, 5000000);
	assert_int_equal(b->last.us, 5000000); /* B's */
	b = taken(t);
	bf = flow_at(b, 0);
	assert_int_equal(b->first.us, 5000000);
	assert_int_equal(bf->gap.count, 2);
	assert_int_equal(bf->gap.min, 0);
	assert_int_equal(bf->gap.max, 9);
	burst_tracker_free(t);
	(void)state;
}

static void lost_packets_flag_what_is_open(void **state)
{
	struct burst_tracker *t = tracker(0);
	struct burst *b;

	feed(t, tcp(0, A, 1, S, 443, 100));
	burst_lost(t);
	feed(t, tcp(10, B, 1, S, 443, 100));
	burst_end_all(t, 0);
	b = taken(t);
	assert_int_equal(b->flags, BURST_LOSS);
	b = taken(t);
	assert_int_equal(b->flags, 0);
	burst_tracker_free(t);
	(void)state;
}

static void retuning_counts_from_then_on(void **state)
{
	struct burst_tracker *t = tracker(0);
	struct mono end;

	burst_retune(t, mono_ms(50), mono_ms(200), 576);
	feed(t, tcp(0, A, 1, S, 443, 576 + 536));
	assert_true(burst_next_end(t, &end));
	assert_int_equal(end.us, 50001);
	burst_advance(t, end);
	assert_int_equal(flow_at(taken(t), 0)->pkts[BURST_SENT], 2);
	assert_int_equal(burst_flows_now(t), 1);
	burst_tracker_free(t);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silence_of_just_gap_does_not_end_a_burst),
		cmocka_unit_test(a_burst_belongs_to_the_client_not_to_the_flow),
		cmocka_unit_test(clients_have_bursts_of_their_own),
		cmocka_unit_test(interfaces_are_those_of_what_the_client_sends),
		cmocka_unit_test(
			bursts_that_end_together_end_in_order_of_their_last_packets),
		cmocka_unit_test(a_burst_longer_than_max_is_cut),
		cmocka_unit_test(the_flow_that_runs_on_is_cut_too),
		cmocka_unit_test(both_directions_are_one_flow_client_first),
		cmocka_unit_test(tcp_and_udp_of_the_same_ports_are_two_flows),
		cmocka_unit_test(time_never_goes_back),
		cmocka_unit_test(lost_packets_flag_what_is_open),
		cmocka_unit_test(retuning_counts_from_then_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
