/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pending.h"

#include "testing.h"

static const struct hash_key secret = { { 1, 2 } };

static struct pending_mark mark(uint16_t port, uint32_t value)
{
	return (struct pending_mark){ .ends = { .client = addr_v4(0x0a000001),
		                                .server = addr_v4(0x08080808),
		                                .client_port = port,
		                                .server_port = 443,
		                                .proto = 17 },
		                      .value = value,
		                      .mask = 0xff };
}

static struct packet packet(uint16_t port, bool from_client)
{
	struct pending_mark m = mark(port, 0);
	struct packet p = { .src = m.ends.client,
		            .dst = m.ends.server,
		            .sport = m.ends.client_port,
		            .dport = m.ends.server_port,
		            .proto = m.ends.proto };

	if (!from_client)
		p = (struct packet){ .src = p.dst,
			             .dst = p.src,
			             .sport = p.dport,
			             .dport = p.sport,
			             .proto = p.proto };
	return p;
}

static bool put(struct pending *p, uint16_t port, uint32_t value, int64_t until)
{
	struct pending_mark m = mark(port, value);

	return pending_put(p, &m, (struct mono){ until });
}

static uint32_t taken(struct pending *p, uint16_t port, bool from_client)
{
	struct packet pkt = packet(port, from_client);
	struct pending_mark m;

	return pending_take(p, &pkt, &m) ? m.value : 0;
}

static void one_packet_of_either_direction_carries_it(void **state)
{
	struct pending *p = pending_new(8, &secret);

	(void)state;
	assert_true(put(p, 1, 11, 100) && put(p, 2, 12, 100));
	assert_int_equal(taken(p, 3, true), 0);
	assert_int_equal(taken(p, 1, true), 11);
	assert_int_equal(taken(p, 1, true), 0);
	assert_int_equal(taken(p, 2, false), 12);
	assert_int_equal(pending_count(p), 0);
	pending_free(p);
}

static void a_later_mark_takes_the_place_of_an_earlier(void **state)
{
	struct pending *p = pending_new(8, &secret);
	struct pending_mark m;
	struct mono at;

	(void)state;
	assert_true(put(p, 1, 11, 100) && put(p, 2, 12, 150) && put(p, 1, 13, 200));
	assert_int_equal(pending_count(p), 2);
	assert_true(pending_next(p, &at));
	assert_int_equal(at.us, 150);
	assert_true(pending_late(p, (struct mono){ 150 }, &m));
	assert_int_equal(m.value, 12);
	assert_int_equal(taken(p, 1, true), 13);
	assert_false(pending_next(p, &at));
	pending_free(p);
}

static void what_no_packet_comes_for_is_late(void **state)
{
	struct pending *p = pending_new(8, &secret);
	struct pending_mark m;

	(void)state;
	assert_true(put(p, 1, 11, 100) && put(p, 2, 12, 101));
	assert_false(pending_late(p, (struct mono){ 99 }, &m));
	assert_true(pending_late(p, (struct mono){ 100 }, &m));
	assert_int_equal(m.value, 11);
	assert_int_equal(m.ends.client_port, 1);
	assert_false(pending_late(p, (struct mono){ 100 }, &m));
	assert_int_equal(taken(p, 1, true), 0);
	assert_int_equal(taken(p, 2, true), 12);
	pending_free(p);
}

static void a_full_one_says_so(void **state)
{
	struct pending *p = pending_new(2, &secret);

	(void)state;
	assert_true(put(p, 1, 11, 100) && put(p, 2, 12, 100));
	assert_false(put(p, 3, 13, 100));
	assert_true(put(p, 2, 14, 100));
	assert_int_equal(taken(p, 1, true), 11);
	assert_true(put(p, 3, 13, 100));
	pending_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_packet_of_either_direction_carries_it),
		cmocka_unit_test(a_later_mark_takes_the_place_of_an_earlier),
		cmocka_unit_test(what_no_packet_comes_for_is_late),
		cmocka_unit_test(a_full_one_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
