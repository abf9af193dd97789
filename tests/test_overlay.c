/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "overlay.h"

#include <unistd.h>

#include "rawpcap.h"

/* The second capture has the same port and server as the first, under another client. */
static const struct raw_packet base_packets[] = {
	{ 100.0, 1, 1000, 1, 100, false },
	{ 100.5, 1, 1000, 1, 200, true },
	{ 102.0, 1, 1000, 1, 300, false },
};
static const struct raw_packet over_packets[] = {
	{ 500.0, 2, 1000, 1, 101, false },
	{ 500.2, 2, 1001, 1, 102, false },
	{ 500.4, 2, 1000, 1, 103, true },
	{ 500.5, 2, 1002, 9, 104, true },
};

static struct addr host(unsigned n)
{
	return addr_v4(10U << 24 | n);
}

static struct flow_ends ends(unsigned client, uint16_t port, unsigned server)
{
	return (struct flow_ends){ host(client), addr_v4(192U << 24 | 2 << 8 | server),
		                   port, 443, 17 };
}

static struct overlay *lay(double begin, struct fault *f)
{
	const struct flow_ends base[] = { ends(1, 1000, 1), ends(1, 1000, 1) };
	const struct flow_ends over[] = { ends(2, 1000, 1), ends(2, 1001, 1),
		                          ends(2, 1002, 9) };
	const struct overlay_trace traces[OVERLAY_TRACES] = {
		{ "base.pcap", base, 2, { 100 * MONO_SECOND }, { MONO_SECOND } },
		{ "over.pcap",
		  over,
		  3,
		  { 500 * MONO_SECOND },
		  { MONO_SECOND + llround(begin * MONO_SECOND) } },
	};
	struct burst_params p = burst_defaults();

	return overlay_open(traces, &p, f);
}

static void expect_flow(const struct overlay *o, const struct burst_flow *bf,
                        unsigned side, uint16_t port, uint64_t packets)
{
	assert_non_null(bf);
	assert_true(addr_equal(bf->ends.client, host(1)));
	assert_int_equal(bf->ends.client_port, port);
	assert_int_equal(overlay_side(o, &bf->ends), side);
	assert_int_equal(bf->pkts[0] + bf->pkts[1], packets);
}

static struct burst_flow *flow_at(const struct burst *b, unsigned n)
{
	burst_each_flow (b, bf)
		if (n-- == 0)
			return bf;
	return NULL;
}

/* Of three flows at one server no two share a port: the first of the second capture
 * finds its own taken, and then the next one by its neighbour. */
static void bursts_merge_and_flows_stay_apart(void **state)
{
	struct fault f;
	struct overlay *o = lay(0.3, &f);
	const struct burst *b;

	(void)state;
	assert_non_null(o);
	b = overlay_next(o);
	assert_non_null(b);
	assert_int_equal(b->flow_count, 4);
	assert_true(b->first.us == MONO_SECOND && b->last.us == 1800000);
	expect_flow(o, flow_at(b, 0), OVERLAY_BASE, 1000, 2);
	expect_flow(o, flow_at(b, 1), OVERLAY_OVER, 1001, 2);
	assert_true(flow_at(b, 1)->first.us == 1300000);
	assert_int_equal(flow_at(b, 1)->bytes[BURST_RCVD], 103);
	expect_flow(o, flow_at(b, 2), OVERLAY_OVER, 1002, 1);
	expect_flow(o, flow_at(b, 3), OVERLAY_OVER, 1002, 1);
	assert_true(flow_at(b, 3)->ends.server.lo != flow_at(b, 2)->ends.server.lo);
	b = overlay_next(o);
	assert_non_null(b);
	assert_int_equal(b->flow_count, 1);
	expect_flow(o, flow_at(b, 0), OVERLAY_BASE, 1000, 1);
	assert_null(overlay_next(o));
	overlay_free(o);
}

static void far_apart_they_do_not_meet(void **state)
{
	struct fault f;
	struct overlay *o = lay(10, &f);
	const struct burst *b;
	unsigned flows[] = { 1, 1, 3 };

	(void)state;
	assert_non_null(o);
	for (int i = 0; i < 3; i++) {
		b = overlay_next(o);
		assert_non_null(b);
		assert_int_equal(b->flow_count, flows[i]);
	}
	assert_true(b->first.us == 11 * MONO_SECOND);
	assert_null(overlay_next(o));
	overlay_free(o);
}

static void a_missing_capture_is_named(void **state)
{
	struct fault f;

	(void)state;
	assert_int_equal(rename("over.pcap", "away.pcap"), 0);
	assert_null(lay(0, &f));
	assert_non_null(strstr(f.text, "over.pcap"));
	assert_int_equal(rename("away.pcap", "over.pcap"), 0);
}

static int enter(void **state)
{
	static char dir[] = "/tmp/nfclass-test-overlay.XXXXXX";

	*state = mkdtemp(dir);
	if (!*state || chdir(dir) < 0)
		return -1;
	raw_file("base.pcap", base_packets, 3);
	raw_file("over.pcap", over_packets, 4);
	return 0;
}

static int leave(void **state)
{
	(void)unlink("base.pcap"); /* rmdir() tells */
	(void)unlink("over.pcap");
	return chdir("/") < 0 ? -1 : rmdir(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_merge_and_flows_stay_apart),
		cmocka_unit_test(far_apart_they_do_not_meet),
		cmocka_unit_test(a_missing_capture_is_named),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
