/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include <linux/net_tstamp.h>
#include <sys/socket.h>

#include "stamps.h"

static bool are_wanted(const struct stamps *s)
{
	socklen_t len = sizeof(int);
	int what;

	assert_int_equal(getsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMPING, &what, &len), 0);
	assert_int_equal(s->on, what == SOF_TIMESTAMPING_RX_SOFTWARE);
	return s->on;
}

/* Reads of n packets each, a millisecond apart. */
static void read_for(struct stamps *s, struct mono *now, int ms, uint32_t n)
{
	for (int i = 0; i < ms; i++) {
		now->us += 1000;
		stamps_count(s, n, *now);
	}
}

static void they_are_given_up_while_packets_come_fast(void **state)
{
	struct mono now = { 1000 };
	struct stamps s;

	(void)state;
	stamps_open(&s);
	stamps_count(&s, 0, now);
	read_for(&s, &now, 2000, 99);
	assert_true(are_wanted(&s));
	read_for(&s, &now, 250, 130);
	assert_false(are_wanted(&s));
	read_for(&s, &now, 3000, 60);
	assert_false(are_wanted(&s));
	read_for(&s, &now, 2000, 20);
	assert_true(are_wanted(&s));
	stamps_close(&s);
	stamps_close(&s);
}

static void without_a_socket_there_are_none(void **state)
{
	struct stamps s = { .fd = -1 };

	(void)state;
	stamps_count(&s, 1, (struct mono){ 5000000 });
	assert_false(s.on);
	stamps_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_given_up_while_packets_come_fast),
		cmocka_unit_test(without_a_socket_there_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
