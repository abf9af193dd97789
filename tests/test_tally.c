/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tally.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define CLIENT 0x0a000001
#define SERVER 0xc0000201

static struct packet packet(uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport,
                            uint32_t len)
{
	return (struct packet){
		.src = addr_v4(src),
		.dst = addr_v4(dst),
		.sport = sport,
		.dport = dport,
		.proto = IPPROTO_TCP,
		.header_bytes = 40,
		.len_bytes = len,
	};
}

static struct tally *make(uint32_t max_flows)
{
	struct tally_params p = { .max_flows = max_flows, .mtu_bytes = 1500 };
	struct tally *t = tally_new(&p);

	assert_non_null(t);
	return t;
}

static void add(struct tally *t, struct packet pkt)
{
	tally_add(t, &pkt);
}

/* The rows of the while before as lines, one after the other. */
static const char *lines(struct tally *t, char buf[static 1024])
{
	const struct tally_row *row;

	buf[0] = 0;
	while ((row = tally_take(t))) {
		char line[TALLY_LINE_SIZE];

		tally_line(row, 7, line);
		strcat(buf, line);
		strcat(buf, "\n");
	}
	return buf;
}

static void rows_put_the_client_first_in_order_of_first_packet(void **state)
{
	struct tally *t = make(16);
	char buf[1024];

	(void)state;
	add(t, packet(SERVER, 443, CLIENT, 2000, 100));
	add(t, packet(CLIENT, 1000, SERVER, 443, 60));
	add(t, packet(CLIENT, 2000, SERVER, 443, 40));
	tally_begin(t);
	assert_string_equal(lines(t, buf),
	                    "7 10.0.0.1 2000 192.0.2.1 443 TCP 1 1 40 100\n"
	                    "7 10.0.0.1 1000 192.0.2.1 443 TCP 1 0 60 0\n");
	tally_free(t);
}

static void the_client_stays_known_in_later_seconds(void **state)
{
	struct tally *t = make(16);
	char buf[1024];

	(void)state;
	add(t, packet(SERVER + 1, 9, SERVER, 443, 60));
	tally_begin(t);
	add(t, packet(SERVER, 443, SERVER + 1, 9, 50));
	tally_begin(t);
	assert_string_equal(lines(t, buf), "7 192.0.2.2 9 192.0.2.1 443 TCP 0 1 0 50\n");
	tally_free(t);
}

/* 4420 bytes behind 40 of headers: 1500 + 1500 + 1500 + 80. */
static void superpackets_count_as_segments(void **state)
{
	struct tally *t = make(16);
	char buf[1024];

	(void)state;
	add(t, packet(CLIENT, 1, SERVER, 2, 4460));
	tally_begin(t);
	assert_string_equal(lines(t, buf), "7 10.0.0.1 1 192.0.2.1 2 TCP 4 0 4580 0\n");
	tally_free(t);
}

static void a_full_table_gives_up_old_flows_but_none_of_this_second(void **state)
{
	struct tally *t = make(16);

	(void)state;
	for (uint16_t i = 0; i < 17; i++)
		add(t, packet(CLIENT, i, SERVER, 1, 40));
	assert_int_equal(tally_missed(t), 1);
	tally_begin(t);
	assert_int_equal(tally_missed(t), 0);
	add(t, packet(CLIENT, 99, SERVER, 1, 40)); /* rows that nobody took yet */
	assert_int_equal(tally_missed(t), 1);
	assert_true(tally_is_full(t));
	assert_non_null(tally_take(t));
	assert_false(tally_is_full(t));
	while (tally_take(t))
		;
	for (uint16_t i = 100; i < 116; i++)
		add(t, packet(CLIENT, i, SERVER, 1, 40));
	assert_int_equal(tally_missed(t), 1);
	assert_true(tally_is_full(t));
	tally_free(t);
}

/* Rows are taken in the course of the next while, whose own they must not disturb. */
static void the_while_before_is_told_while_the_next_is_counted(void **state)
{
	struct tally *t = make(16);
	const struct tally_row *row;
	char buf[1024];

	(void)state;
	add(t, packet(CLIENT, 1, SERVER, 2, 100));
	add(t, packet(CLIENT, 3, SERVER, 2, 200));
	tally_begin(t);
	row = tally_take(t);
	assert_int_equal(row->bytes[0], 100);
	add(t, packet(CLIENT, 3, SERVER, 2, 300));
	add(t, packet(CLIENT, 1, SERVER, 2, 400));
	row = tally_take(t);
	assert_int_equal(row->bytes[0], 200);
	assert_null(tally_take(t));
	add(t, packet(CLIENT, 3, SERVER, 2, 50));
	tally_begin(t);
	assert_string_equal(lines(t, buf), "7 10.0.0.1 3 192.0.2.1 2 TCP 2 0 350 0\n"
	                                   "7 10.0.0.1 1 192.0.2.1 2 TCP 1 0 400 0\n");
	add(t, packet(CLIENT, 1, SERVER, 2, 1));
	tally_begin(t);
	tally_begin(t); /* nobody took it */
	assert_string_equal(lines(t, buf), "");
	tally_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_put_the_client_first_in_order_of_first_packet),
		cmocka_unit_test(the_client_stays_known_in_later_seconds),
		cmocka_unit_test(superpackets_count_as_segments),
		cmocka_unit_test(the_while_before_is_told_while_the_next_is_counted),
		cmocka_unit_test(a_full_table_gives_up_old_flows_but_none_of_this_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
