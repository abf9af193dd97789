/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hold.h"

#include "testing.h"

enum { A = 0, B = 1, C = 2, U = HOLD_UNKNOWN };

static const struct hash_key secret = { { 1, 2 } };

static struct flow_ends ends(uint16_t port)
{
	return (struct flow_ends){ .client = addr_v4(0x0a000001),
		                   .server = addr_v4(0x08080808),
		                   .client_port = port,
		                   .server_port = 443,
		                   .proto = 6 };
}

static struct hold_flow *label_at(struct hold *h, uint16_t port, uint32_t label,
                                  bool provisional)
{
	const struct hold_news news = { { 0 }, label, provisional, 2 };
	const struct flow_ends e = ends(port);

	return hold_label(h, &e, &news);
}

static uint32_t label(struct hold *h, uint32_t l)
{
	return label_at(h, 1, l, false)->label;
}

static uint32_t early(struct hold *h, uint32_t l)
{
	return label_at(h, 1, l, true)->label;
}

static void the_first_label_counts_at_once(void **state)
{
	struct hold *h = hold_new(4, &secret);

	(void)state;
	assert_int_equal(label(h, A), A);
	hold_free(h);
}

static void another_label_has_to_come_twice_in_a_row(void **state)
{
	struct hold *h = hold_new(4, &secret);

	(void)state;
	assert_int_equal(label(h, A), A);
	assert_int_equal(label(h, B), A);
	assert_int_equal(label(h, A), A);
	assert_int_equal(label(h, B), A);
	assert_int_equal(label(h, C), A);
	assert_int_equal(label(h, B), A);
	assert_int_equal(label(h, U), A);
	assert_int_equal(label(h, B), A);
	assert_int_equal(label(h, B), B);
	assert_int_equal(label(h, A), B);
	hold_free(h);
}

static void flapping_changes_nothing(void **state)
{
	struct hold *h = hold_new(4, &secret);

	(void)state;
	assert_int_equal(label(h, A), A);
	for (int i = 0; i < 100; i++)
		assert_int_equal(label(h, i % 2 ? A : B), A);
	hold_free(h);
}

static void unknown_never_takes_an_app_s_place(void **state)
{
	struct hold *h = hold_new(4, &secret);

	(void)state;
	assert_int_equal(label(h, U), U);
	assert_int_equal(label(h, U), U);
	assert_int_equal(label(h, A), A); /* at once */
	for (int i = 0; i < 10; i++)
		assert_int_equal(label(h, U), A);
	hold_free(h);
}

static void hold_1_follows_every_label(void **state)
{
	struct hold *h = hold_new(4, &secret);
	const struct flow_ends e = ends(1);

	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		const struct hold_news news = { { 0 }, i, false, 1 };

		assert_int_equal(hold_label(h, &e, &news)->label, i);
	}
	hold_free(h);
}

/* A burst has one say: what it said early is not counted beside what it says in the end,
 * which knows more. */
static void a_provisional_label_counts_until_its_burst_ends(void **state)
{
	struct hold *h = hold_new(4, &secret);

	(void)state;
	assert_int_equal(early(h, A), A);
	assert_int_equal(early(h, B), A);
	assert_int_equal(label(h, B), B);
	assert_int_equal(early(h, A), B);
	assert_int_equal(label(h, A), B);
	assert_int_equal(early(h, A), B);
	assert_int_equal(label(h, A), A);
	hold_free(h);
}

static void bursts_that_agree_are_counted(void **state)
{
	struct hold *h = hold_new(4, &secret);

	(void)state;
	assert_int_equal(label_at(h, 1, A, true)->agreed, 0);
	assert_int_equal(label_at(h, 1, A, false)->agreed, 1);
	assert_int_equal(label_at(h, 1, A, false)->agreed, 2);
	assert_int_equal(label_at(h, 1, B, false)->agreed, 0);
	assert_int_equal(label_at(h, 1, A, false)->agreed, 1);
	assert_int_equal(label_at(h, 1, U, false)->agreed, 0);
	for (int i = 0; i < 300; i++)
		(void)label(h, A);
	assert_int_equal(label_at(h, 1, A, false)->agreed, 255);
	hold_free(h);
}

static void the_flow_with_the_oldest_label_makes_room(void **state)
{
	struct hold *h = hold_new(2, &secret);
	struct hold_flow *f;

	(void)state;
	label_at(h, 1, A, false)->value = 11;
	label_at(h, 2, A, false)->value = 12;
	assert_int_equal(label_at(h, 1, U, false)->value, 11);
	(void)label_at(h, 3, B, false);
	f = hold_next(h, NULL);
	assert_int_equal(f->ends.client_port, 1);
	assert_int_equal(f->value, 11);
	f = hold_next(h, f);
	assert_int_equal(f->ends.client_port, 3);
	assert_null(hold_next(h, f));
	assert_int_equal(label_at(h, 2, B, false)->value, 0); /* it is new again */
	hold_free(h);
}

/* Ends that come back after a long time are a new connection's. */
static void what_is_old_is_forgotten(void **state)
{
	struct hold *h = hold_new(8, &(struct hash_key){ { 1, 2 } });
	const struct flow_ends e = { addr_v4(1), addr_v4(2), 1000, 443, 6 };
	struct hold_news news = { mono_ms(0), 1, false, 2 };
	struct hold_flow *f;

	(void)state;
	assert_non_null(h);
	f = hold_label(h, &e, &news);
	f->value = 5;
	news.now = HOLD_LIFE;
	news.label = 2;
	assert_int_equal(hold_label(h, &e, &news)->label, 1);
	news.now.us += HOLD_LIFE.us + 1;
	f = hold_label(h, &e, &news);
	assert_int_equal(f->label, 2);
	assert_int_equal(f->value, 0);
	assert_int_equal(f->agreed, 1);
	hold_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_old_is_forgotten),
		cmocka_unit_test(the_first_label_counts_at_once),
		cmocka_unit_test(another_label_has_to_come_twice_in_a_row),
		cmocka_unit_test(flapping_changes_nothing),
		cmocka_unit_test(unknown_never_takes_an_app_s_place),
		cmocka_unit_test(hold_1_follows_every_label),
		cmocka_unit_test(a_provisional_label_counts_until_its_burst_ends),
		cmocka_unit_test(bursts_that_agree_are_counted),
		cmocka_unit_test(the_flow_with_the_oldest_label_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
