/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include <netinet/in.h>

#include "flows.h"

#define PACKETS (FLOWS_AHEAD + 10)

static struct flows *new_flows(void)
{
	struct flows *fl =
		flows_new(&(struct flows_params){ 1000, mono_ms(1000), { { 1, 2 } } });

	assert_non_null(fl);
	return fl;
}

static struct packet packet_of(uint32_t i)
{
	return (struct packet){ .src = addr_v4(i % 7),
		                .dst = addr_v4(100 - i % 7),
		                .sport = (uint16_t)i,
		                .dport = 443,
		                .proto = IPPROTO_UDP };
}

static void assert_search_is_of(const struct flow_search *s, const struct packet *pkt)
{
	bool src_is_low;
	struct flow_key key = flow_key_of(pkt, &src_is_low);

	assert_memory_equal(&s->key, &key, sizeof(key));
	assert_int_equal(s->src_is_low, src_is_low);
}

/* More than are looked ahead for, one that is not among them in between, and what follows
 * once they are through. */
static void looking_ahead_changes_nothing(void **state)
{
	struct flows *fl = new_flows();
	struct packet pkt[PACKETS], other = packet_of(7000);
	uint64_t expired = 0;

	(void)state;
	for (uint32_t i = 0; i < PACKETS; i++)
		pkt[i] = packet_of(i);
	for (int round = 0; round < 2; round++) {
		flows_look_ahead(fl, pkt, PACKETS);
		for (uint32_t i = 0; i < PACKETS; i++) {
			const struct flow_search *s = flows_search(fl, &pkt[i]);
			struct flow_record *flow =
				flows_find(fl, s, mono_ms(1), &expired);

			assert_search_is_of(s, &pkt[i]);
			assert_int_equal(flow != NULL, round > 0);
			if (!flow)
				flows_add(fl, s)->last = mono_ms(1);
			if (i == 5)
				assert_search_is_of(flows_search(fl, &other), &other);
		}
	}
	assert_int_equal(flows_count(fl), PACKETS);
	pkt[0] = other;
	assert_search_is_of(flows_search(fl, &pkt[0]), &other);
	flows_look_ahead(fl, pkt, 0);
	flows_look_ahead(fl, pkt, 1);
	assert_search_is_of(flows_search(fl, &pkt[0]), &other);
	flows_free(fl);
}

static void a_stale_flow_is_forgotten_when_it_is_found(void **state)
{
	struct flows *fl = new_flows();
	struct packet pkt = packet_of(1);
	uint64_t expired = 0;

	(void)state;
	flows_add(fl, flows_search(fl, &pkt))->last = mono_ms(0);
	assert_non_null(flows_find(fl, flows_search(fl, &pkt), mono_ms(1000), &expired));
	assert_null(flows_find(fl, flows_search(fl, &pkt), mono_ms(1001), &expired));
	assert_int_equal(expired, 1);
	assert_int_equal(flows_count(fl), 0);
	flows_free(fl);
	flows_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looking_ahead_changes_nothing),
		cmocka_unit_test(a_stale_flow_is_forgotten_when_it_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
