/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "route.h"

static struct packet packet(uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport)
{
	return (struct packet){ .src = addr_v4(src),
		                .dst = addr_v4(dst),
		                .sport = sport,
		                .dport = dport,
		                .proto = 6 };
}

static struct flow_ends ends(uint32_t client, uint32_t server, uint16_t client_port,
                             uint16_t server_port)
{
	return (struct flow_ends){ addr_v4(client), addr_v4(server), client_port,
		                   server_port, 6 };
}

static void both_directions_are_known_from_one(void **state)
{
	struct routes *r = route_new(16, &(struct hash_key){ { 1, 2 } });
	struct packet up = packet(9, 5, 1000, 443), down = packet(5, 9, 443, 1001);
	struct flow_ends e = ends(9, 5, 1000, 443);
	uint32_t in, out;

	(void)state;
	route_note(r, &up, 2, 3);
	route_note(r, &down, 3, 2); /* another flow of the same hosts */
	route_find(r, &e, &in, &out);
	assert_int_equal(in, 2);
	assert_int_equal(out, 3);
	e.client_port = 1001;
	route_find(r, &e, &in, &out);
	assert_int_equal(in, 2);
	assert_int_equal(out, 3);
	e.client_port = 1002;
	route_find(r, &e, &in, &out);
	assert_int_equal(in, 0);
	assert_int_equal(out, 0);
	route_free(r);
	route_free(NULL);
}

static void the_longest_unused_makes_room(void **state)
{
	struct routes *r = route_new(2, &(struct hash_key){ { 1, 2 } });
	struct flow_ends first = ends(9, 5, 1, 443), second = ends(9, 5, 2, 443);
	struct packet pkt;
	uint32_t in, out;

	(void)state;
	for (uint16_t port = 1; port <= 2; port++) {
		pkt = packet(9, 5, port, 443);
		route_note(r, &pkt, port, 9);
	}
	route_find(r, &first, &in, &out);
	assert_int_equal(in, 1);
	pkt = packet(9, 5, 3, 443);
	route_note(r, &pkt, 3, 9);
	route_find(r, &first, &in, &out);
	assert_int_equal(in, 1);
	route_find(r, &second, &in, &out);
	assert_int_equal(in, 0);
	route_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_are_known_from_one),
		cmocka_unit_test(the_longest_unused_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
