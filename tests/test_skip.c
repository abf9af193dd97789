/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "skip.h"

static const struct hash_key secret = { { 1, 2 } };
static const struct mono stay = { 10 * MONO_SECOND };

static struct flow_ends ends_of(uint16_t port)
{
	return (struct flow_ends){ addr_v4(0xc0a80002), addr_v4(0xcb007109), port, 443,
		                   6 };
}

static struct mono at(int64_t s)
{
	return (struct mono){ s * MONO_SECOND };
}

/* As the kernel tells of it; the server began it when turned. */
static struct ctmsg_entry entry(uint16_t port, bool turned, uint64_t sent, uint64_t rcvd)
{
	struct flow_ends e = ends_of(port);
	struct ctmsg_entry t = { .view = e, .counted = true };
	int way = turned ? CTMSG_REPLY : CTMSG_ORIG;

	if (turned)
		t.view = (struct flow_ends){ e.server, e.client, 443, port, 6 };
	t.pkts[way] = sent;
	t.bytes[way] = sent * 100;
	t.pkts[!way] = rcvd;
	t.bytes[!way] = rcvd * 1000;
	return t;
}

static bool tell(struct skip *s, struct ctmsg_entry e, struct tally_row *row)
{
	return skip_look(s, &e, row);
}

static void what_passes_outside_is_counted(void **state)
{
	for (int turned = 0; turned < 2; turned++) {
		struct skip *s = skip_new(16, &secret);
		struct flow_ends e = ends_of(1000);
		struct tally_row row;

		(void)state;
		assert_true(skip_add(s, &e, 7, at(1)));
		assert_true(skip_has(s, &e));
		assert_false(skip_add(s, &e, 7, at(1)));
		/* What was before it left is the queue's. */
		assert_false(tell(s, entry(1000, turned, 5, 7), &row));
		assert_true(tell(s, entry(1000, turned, 6, 9), &row));
		assert_int_equal(row.pkts[0], 1);
		assert_int_equal(row.pkts[1], 2);
		assert_int_equal(row.bytes[0], 100);
		assert_int_equal(row.bytes[1], 2000);
		assert_true(row.by_kernel);
		assert_true(addr_equal(row.ends.client, e.client));
		assert_false(tell(s, entry(1000, turned, 6, 9), &row));
		assert_ptr_not_equal(skip_due(s, at(11), stay), NULL);
		assert_false(skip_has(s, &e));
		assert_true(tell(s, entry(1000, turned, 6, 10), &row));
		assert_int_equal(row.bytes[1], 1000);
		/* It is back: whatever the kernel counts is the queue's again. */
		assert_false(tell(s, entry(1000, turned, 60, 100), &row));
		assert_int_equal(skip_counters(s)->begun, 1);
		assert_int_equal(skip_counters(s)->returned, 1);
		assert_int_equal(skip_counters(s)->packets, 4);
		assert_int_equal(skip_counters(s)->bytes, 3100);
		assert_int_equal(skip_now(s), 0);
		skip_free(s);
	}
}

static void they_return_in_the_order_of_leaving(void **state)
{
	struct skip *s = skip_new(16, &secret);
	struct mono next;

	(void)state;
	assert_false(skip_next(s, stay, &next));
	for (uint16_t i = 0; i < 3; i++) {
		struct flow_ends e = ends_of(i);

		assert_true(skip_add(s, &e, 7, at(i)));
	}
	assert_null(skip_due(s, at(9), stay));
	assert_true(skip_next(s, stay, &next));
	assert_int_equal(next.us, at(10).us);
	for (uint16_t i = 0; i < 2; i++) {
		const struct flow_ends *e = skip_due(s, at(11), stay);

		assert_non_null(e);
		assert_int_equal(e->client_port, i);
	}
	assert_null(skip_due(s, at(11), stay));
	assert_int_equal(skip_now(s), 1);
	skip_free(s);
}

static void what_does_not_fit_stays(void **state)
{
	struct skip *s = skip_new(2, &secret);
	struct flow_ends e[3] = { ends_of(1), ends_of(2), ends_of(3) };

	(void)state;
	assert_true(skip_add(s, &e[0], 7, at(0)));
	assert_true(skip_add(s, &e[1], 7, at(0)));
	assert_false(skip_add(s, &e[2], 7, at(0)));
	assert_int_equal(skip_counters(s)->full, 1);
	assert_true(skip_has(s, &e[0]));
	assert_false(skip_has(s, &e[2]));
	skip_free(s);
}

/* Nobody tells of it: it must not take room for ever. */
static void the_lost_are_forgotten(void **state)
{
	struct skip *s = skip_new(1, &secret);
	struct flow_ends e = ends_of(1), other = ends_of(2);
	struct tally_row row;
	struct mono next;

	(void)state;
	assert_true(skip_add(s, &e, 7, at(0)));
	assert_non_null(skip_due(s, at(10), stay));
	assert_true(skip_next(s, stay, &next));
	assert_null(skip_due(s, next, stay));
	assert_int_equal(skip_counters(s)->lost, 1);
	assert_false(tell(s, entry(1, false, 5, 5), &row));
	assert_true(skip_add(s, &other, 7, next));
	skip_free(s);
}

/* The first word of it comes when it is to return: none of that was counted outside. */
static void late_news_count_nothing(void **state)
{
	struct skip *s = skip_new(4, &secret);
	struct flow_ends e = ends_of(1);
	struct tally_row row;

	(void)state;
	assert_true(skip_add(s, &e, 7, at(0)));
	assert_non_null(skip_due(s, at(10), stay));
	assert_false(tell(s, entry(1, false, 500, 500), &row));
	assert_int_equal(skip_counters(s)->bytes, 0);
	skip_free(s);
}

static void the_end_is_counted_too(void **state)
{
	struct skip *s = skip_new(4, &secret);
	struct flow_ends e = ends_of(1);
	struct ctmsg_entry last = entry(1, false, 8, 8);
	struct tally_row row;

	(void)state;
	assert_true(skip_add(s, &e, 7, at(0)));
	assert_false(tell(s, entry(1, false, 5, 5), &row));
	assert_true(skip_ended(s, &last, &row));
	assert_int_equal(row.pkts[0], 3);
	assert_false(skip_has(s, &e));
	assert_int_equal(skip_now(s), 0);
	assert_int_equal(skip_counters(s)->ended, 1);
	/* A new connection between the same ends begins at nothing. */
	assert_true(skip_add(s, &e, 7, at(1)));
	assert_false(tell(s, entry(1, false, 1, 1), &row));
	assert_false(tell(s, entry(1, false, 0, 0), &row));
	skip_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_passes_outside_is_counted),
		cmocka_unit_test(they_return_in_the_order_of_leaving),
		cmocka_unit_test(what_does_not_fit_stays),
		cmocka_unit_test(the_lost_are_forgotten),
		cmocka_unit_test(late_news_count_nothing),
		cmocka_unit_test(the_end_is_counted_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
