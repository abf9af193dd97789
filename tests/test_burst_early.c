/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Burst-flows that are due for a label before their burst ends. */
#include "testing.h"

#include <netinet/in.h>

#include "burst.h"

#define A      0x0a000001U /* 10.0.0.1 and .2, two clients */
#define B      0x0a000002U
#define MS     1000
#define SECOND MONO_SECOND

static struct burst_tracker *tracker(uint32_t packets, int64_t delay_ms)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t;

	p.early = (struct due_params){ packets, mono_ms(delay_ms) };
	p.max = mono_ms(10000);
	t = burst_tracker_new(&p);
	assert_non_null(t);
	return t;
}

/* One packet of the flow that has this port. */
static void feed(struct burst_tracker *t, int64_t us, uint32_t client, uint16_t port,
                 uint32_t len)
{
	struct packet pkt = { .time = { us },
		              .src = addr_v4(client),
		              .dst = addr_v4(0x08080808),
		              .len_bytes = len,
		              .header_bytes = 40,
		              .sport = port,
		              .dport = 443,
		              .proto = IPPROTO_TCP };

	burst_advance(t, pkt.time);
	burst_packet(t, &pkt);
}

/* The next event is that the flow of this port is due. */
static void expect_due(struct burst_tracker *t, uint16_t port, uint64_t packets)
{
	const struct burst_flow *bf;

	assert_null(burst_take(t));
	bf = burst_take_due(t);
	assert_non_null(bf);
	assert_int_equal(bf->ends.client_port, port);
	assert_int_equal(burst_flow_packets(bf), packets);
}

/* The next event is the end of a burst of so many flows. */
static void expect_end(struct burst_tracker *t, uint32_t flows)
{
	struct burst *b;

	assert_null(burst_take_due(t));
	b = burst_take(t);
	assert_non_null(b);
	assert_int_equal(b->flow_count, flows);
	burst_release(t, b);
}

static void expect_nothing(struct burst_tracker *t)
{
	assert_null(burst_take_due(t));
	assert_null(burst_take(t));
}

static void a_flow_is_due_once_with_its_nth_packet(void **state)
{
	struct burst_tracker *t = tracker(3, 0);

	(void)state;
	for (int i = 0; i < 10; i++) {
		feed(t, i * MS, A, 1, 100);
		if (i == 2)
			expect_due(t, 1, 3);
		expect_nothing(t);
	}
	feed(t, 20 * MS, A, 2, 100);
	expect_nothing(t);
	burst_end_all(t, BURST_FLUSH);
	expect_end(t, 2);
	assert_int_equal(burst_counters(t)->due, 1);
	/* The next burst's is another burst-flow. */
	feed(t, 5 * SECOND, A, 1, 100);
	feed(t, 5 * SECOND, A, 1, 100);
	expect_nothing(t);
	feed(t, 5 * SECOND, A, 1, 100);
	expect_due(t, 1, 3);
	burst_tracker_free(t);
}

/* Its segments count, and more than asked for may come at once. */
static void a_superpacket_may_make_its_flow_due(void **state)
{
	struct burst_tracker *t = tracker(3, 0);

	(void)state;
	feed(t, 0, A, 1, 40 + 5 * 1460);
	expect_due(t, 1, 5);
	burst_tracker_free(t);
}

static void a_flow_is_due_when_it_is_so_old(void **state)
{
	struct burst_tracker *t = tracker(0, 500);
	struct mono at;

	(void)state;
	feed(t, 0, A, 1, 100);
	feed(t, 300 * MS, A, 2, 100);
	assert_true(burst_next_end(t, &at));
	assert_int_equal(at.us, 500 * MS);
	burst_advance(t, (struct mono){ 500 * MS - 1 });
	expect_nothing(t);
	burst_advance(t, at);
	expect_due(t, 1, 1);
	expect_nothing(t);
	assert_true(burst_next_end(t, &at));
	assert_int_equal(at.us, 800 * MS);
	burst_advance(t, at);
	expect_due(t, 2, 1);
	assert_true(burst_next_end(t, &at));
	assert_int_equal(at.us, 1300 * MS + 1);
	burst_tracker_free(t);
}

static void whichever_comes_first(void **state)
{
	struct burst_tracker *t = tracker(2, 500);

	(void)state;
	feed(t, 0, A, 1, 100);
	feed(t, 0, A, 2, 100);
	feed(t, 100 * MS, A, 1, 100);
	expect_due(t, 1, 2);
	burst_advance(t, (struct mono){ 700 * MS });
	expect_due(t, 2, 1);
	expect_nothing(t);
	burst_tracker_free(t);
}

/* A capture steps from packet to packet: what is due in between is told before what ends
 * in between, and each in the state in which a clock would have found it. */
static void what_is_due_comes_before_the_end_of_its_burst(void **state)
{
	struct burst_tracker *t = tracker(0, 500);

	(void)state;
	feed(t, 0, A, 1, 100);
	feed(t, 100 * MS, B, 2, 100);
	burst_advance(t, (struct mono){ 30 * SECOND });
	expect_due(t, 1, 1);
	expect_due(t, 2, 1);
	expect_end(t, 1);
	expect_end(t, 1);
	expect_nothing(t);
	burst_tracker_free(t);
}

/* A delay that is longer than the silence that ends a burst. */
static void an_ended_burst_has_nothing_due(void **state)
{
	struct burst_tracker *t = tracker(2, 2000);

	(void)state;
	feed(t, 0, A, 1, 100);
	burst_advance(t, (struct mono){ 30 * SECOND });
	expect_end(t, 1);
	expect_nothing(t);
	assert_int_equal(burst_counters(t)->due, 0);
	burst_tracker_free(t);
}

/* A burst that is cut ends before what its last packet makes due in the next one. */
static void events_keep_their_order(void **state)
{
	struct burst_tracker *t = tracker(2, 0);

	(void)state;
	for (int i = 0; i < 11; i++)
		feed(t, i * SECOND, A, (uint16_t)(100 + i), 100);
	expect_nothing(t);
	feed(t, 10 * SECOND + 1, A, 7, 3000);
	expect_end(t, 11);
	expect_due(t, 7, 3);
	expect_nothing(t);
	burst_tracker_free(t);
}

static void off_unless_asked_for(void **state)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t = burst_tracker_new(&p);
	struct due_params early = { 5, { 0 } };

	(void)state;
	for (int i = 0; i < 100; i++)
		feed(t, i * MS, A, 1, 100);
	expect_nothing(t);
	burst_set_early(t, &early);
	for (int i = 0; i < 5; i++)
		feed(t, 200 * MS, A, 2, 100);
	expect_due(t, 2, 5);
	expect_nothing(t);
	burst_tracker_free(t);
}

/* Those that wait for a time that is no longer asked for just end. */
static void the_delay_may_change(void **state)
{
	struct burst_tracker *t = tracker(0, 500);
	struct due_params never = { 0, { 0 } }, longer = { 0, { 600 * MS } };

	(void)state;
	feed(t, 0, A, 1, 100);
	feed(t, 300 * MS, A, 2, 100);
	burst_set_early(t, &never);
	burst_advance(t, (struct mono){ 550 * MS });
	expect_nothing(t);
	burst_set_early(t, &longer);
	burst_advance(t, (struct mono){ 600 * MS });
	expect_due(t, 1, 1);
	burst_set_early(t, &never);
	burst_advance(t, (struct mono){ 9 * SECOND });
	expect_end(t, 2);
	expect_nothing(t);
	burst_tracker_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_is_due_once_with_its_nth_packet),
		cmocka_unit_test(a_superpacket_may_make_its_flow_due),
		cmocka_unit_test(a_flow_is_due_when_it_is_so_old),
		cmocka_unit_test(whichever_comes_first),
		cmocka_unit_test(what_is_due_comes_before_the_end_of_its_burst),
		cmocka_unit_test(an_ended_burst_has_nothing_due),
		cmocka_unit_test(events_keep_their_order),
		cmocka_unit_test(off_unless_asked_for),
		cmocka_unit_test(the_delay_may_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
