/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "porter.h"

#include <sys/eventfd.h>

#include "testing.h"

static const struct hash_key secret = { { 1, 2 } };

static struct pending_mark mark(uint32_t flow, uint32_t value)
{
	return (struct pending_mark){ .ends = { .client = addr_v4(0x0a000000 | flow),
		                                .server = addr_v4(0x08080808),
		                                .client_port = 4000,
		                                .server_port = 443,
		                                .proto = 17 },
		                      .value = value,
		                      .mask = 0xff };
}

static bool give(struct porter *p, uint32_t flow, uint32_t value)
{
	const struct pending_mark m = mark(flow, value);

	return porter_give(p, &m);
}

/* Of the packet of a flow. */
static uint32_t delivered(struct porter *p, uint32_t flow)
{
	struct pending_mark m = mark(flow, 0);
	const struct packet pkt = { .src = m.ends.server,
		                    .dst = m.ends.client,
		                    .sport = m.ends.server_port,
		                    .dport = m.ends.client_port,
		                    .proto = m.ends.proto };

	return porter_deliver(p, &pkt, &m) ? m.value : 0;
}

static unsigned all_back(struct porter *p)
{
	struct pending_mark m;
	unsigned n = 0;

	while (porter_take_back(p, &m))
		n++;
	return n;
}

static struct porter *porter(int bell)
{
	struct porter *p = porter_new(&secret, bell);

	assert_non_null(p);
	return p;
}

static void a_packet_carries_the_last_mark_given(void **state)
{
	struct porter *p = porter(-1);

	(void)state;
	assert_true(give(p, 1, 11) && give(p, 2, 12) && give(p, 1, 13));
	assert_int_equal(delivered(p, 1), 0); /* nobody has looked */
	porter_look(p, mono_ms(0));
	assert_int_equal(porter_count(p), 2);
	assert_int_equal(delivered(p, 1), 13);
	assert_int_equal(delivered(p, 1), 0);
	assert_int_equal(delivered(p, 2), 12);
	porter_look(p, mono_ms(PORTER_WAIT_MS));
	assert_int_equal(all_back(p), 0);
	porter_free(p);
	porter_free(NULL);
}

static void what_no_packet_came_for_comes_back(void **state)
{
	int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct porter *p = porter(bell);
	struct pending_mark m;
	uint64_t rung;
	struct mono at;

	(void)state;
	assert_false(porter_next(p, &at));
	assert_true(give(p, 1, 11));
	porter_look(p, mono_ms(5));
	assert_true(porter_next(p, &at));
	assert_int_equal(at.us, mono_ms(5 + PORTER_WAIT_MS).us);
	porter_look(p, mono_ms(4 + PORTER_WAIT_MS));
	assert_false(porter_take_back(p, &m));
	assert_int_equal(read(bell, &rung, sizeof(rung)), -1);
	porter_look(p, at);
	assert_int_equal(read(bell, &rung, sizeof(rung)), sizeof(rung));
	assert_true(porter_take_back(p, &m));
	assert_int_equal(m.value, 11);
	assert_false(porter_take_back(p, &m));
	assert_int_equal(delivered(p, 1), 0);
	porter_free(p);
	assert_int_equal(close(bell), 0);
}

/* However long nobody takes anything, and however it ends: what was taken in comes back,
 * and what waits for room is not waited for. */
static void none_is_lost(void **state)
{
	struct porter *p = porter(-1);
	unsigned given = 0, back;
	struct mono at;
	uint32_t flow = 0;

	(void)state;
	for (int i = 0; i < 10; i++) {
		for (int n = 0; n < PORTER_MARKS; n++)
			given += give(p, ++flow, 1);
		porter_look(p, mono_ms(1000 * i));
	}
	assert_true(given < flow);
	assert_int_equal(porter_count(p), PORTER_MARKS);
	assert_false(porter_next(p, &at));
	back = all_back(p);
	assert_true(porter_next(p, &at));
	porter_look(p, at);
	while (give(p, ++flow, 1))
		given++;
	porter_end(p);
	assert_false(porter_next(p, &at));
	assert_int_equal(porter_count(p), 0);
	assert_int_equal(back + all_back(p), given);
	porter_free(p);
}

/* The end comes when nothing was ever taken back and no room is left at all. */
static void none_is_lost_at_the_end(void **state)
{
	struct porter *p = porter(-1);
	unsigned given = 0;

	(void)state;
	for (uint32_t flow = 0; flow < 20 * PORTER_MARKS; flow++) {
		given += give(p, flow, 1);
		porter_look(p, mono_ms(flow));
	}
	while (give(p, 20 * PORTER_MARKS + given, 1))
		given++;
	porter_end(p);
	assert_int_equal(all_back(p), given);
	porter_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_carries_the_last_mark_given),
		cmocka_unit_test(what_no_packet_came_for_comes_back),
		cmocka_unit_test(none_is_lost),
		cmocka_unit_test(none_is_lost_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
