/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ended bursts that are not taken at once, and open ones that last. */
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

static uint64_t packets_of(const struct burst *b)
{
	uint64_t n = 0;

	burst_each_flow (b, bf) {
		assert_ptr_equal(bf->burst, b);
		assert_true(addr_equal(bf->ends.client, b->client));
		assert_false(burst_flow_is_open(bf));
		n += bf->pkts[BURST_SENT] + bf->pkts[BURST_RCVD];
	}
	return n;
}

/* A flow that its client's long burst keeps does not keep others from being forgotten. */
static void an_open_burst_stands_before_no_flow(void **state)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t;
	struct burst *b;
	int64_t now = 0;

	p.flow_timeout = mono_ms(5000);
	t = tracker(p);
	feed(t, udp(0, 0, 1, 100)); /* open for as long as flow 2 goes on */
	for (uint16_t i = 0; i < 100; i++)
		feed(t, udp(i, 1, i, 100));
	for (; now < 20 * MONO_SECOND; now += 100000) {
		feed(t, udp(now, 0, 2, 100));
		while ((b = burst_take(t)))
			burst_release(t, b);
	}
	assert_int_equal(burst_open_now(t), 1);
	assert_int_equal(burst_flows_now(t), 2);
	assert_int_equal(burst_counters(t)->flows_expired, 100);
	burst_end_all(t, 0);
	assert_int_equal(burst_take(t)->flow_count, 2);
	burst_tracker_free(t);
	(void)state;
}

/* What waits keeps its numbers while its flows go on in new bursts, are forgotten and
 * make room; and the next packet finds room once it is told so. */
static void bursts_may_wait_as_long_as_there_is_room(void **state)
{
	struct burst_params p = burst_defaults();
	uint64_t in = 0, out = 0, bursts = 0;
	struct burst_tracker *t;
	struct burst *b = NULL;
	uint32_t waits = 0;
	struct rng r;

	p.max_flows = 16;
	p.max_clients = 8;
	p.max = mono_ms(3000);
	p.flow_timeout = mono_ms(2000);
	t = tracker(p);
	rng_init(&r, 12, 0);
	for (int64_t now = 0, i = 0; i < 500000; i++) {
		now += rng_below(&r, 300000);
		burst_advance(t, (struct mono){ now });
		while (!burst_has_room(t) || (b && rng_below(&r, 3) == 0)) {
			if (!b) {
				b = burst_take(t);
				assert_non_null(b);
				assert_int_equal(b->number, ++bursts);
				out += packets_of(b);
			}
			waits++;
			if (burst_release_some(t, b, 2))
				b = NULL;
		}
		feed(t, udp(now, rng_below(&r, 12), (uint16_t)rng_below(&r, 9), 100));
		in++;
	}
	if (b)
		burst_release(t, b);
	burst_end_all(t, BURST_FLUSH);
	while ((b = burst_take(t))) {
		out += packets_of(b);
		burst_release(t, b);
	}
	assert_int_equal(out, in);
	assert_true(waits > 1000 && burst_counters(t)->flows_expired > 1000);
	burst_tracker_free(t);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_burst_stands_before_no_flow),
		cmocka_unit_test(bursts_may_wait_as_long_as_there_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
