/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "past.h"

#include <netinet/in.h>

#include "testing.h"

static const struct hash_key secret = { { 1, 2 } };

static struct flow_ends ends_of(uint32_t client, uint16_t port)
{
	return (struct flow_ends){ addr_v4(client), addr_v4(0x08080808), port, 443,
		                   IPPROTO_TCP };
}

static struct past past_of(enum past_kind kind, uint32_t max)
{
	struct past p;

	assert_true(past_init(&p, kind, max, 3, &secret));
	return p;
}

static void flows_and_clients_are_told_apart(void **state)
{
	struct past flows = past_of(PAST_FLOW, 8), clients = past_of(PAST_CLIENT, 8);
	struct flow_ends one = ends_of(1, 1), two = ends_of(1, 2), other = ends_of(2, 1);

	(void)state;
	past_touch(&flows, &one, (struct mono){ 0 })[2] = 5;
	past_touch(&clients, &one, (struct mono){ 0 })[0] = 7;
	assert_float_equal(past_find(&flows, &one, (struct mono){ 0 })[2], 5, 0);
	assert_null(past_find(&flows, &two, (struct mono){ 0 }));
	assert_float_equal(past_find(&clients, &two, (struct mono){ 0 })[0], 7, 0);
	assert_null(past_find(&clients, &other, (struct mono){ 0 }));
	past_clear(&flows);
	past_clear(&clients);
}

static void what_is_too_old_counts_for_nothing(void **state)
{
	struct past p = past_of(PAST_FLOW, 8);
	struct flow_ends one = ends_of(1, 1);
	struct mono then = PAST_LIFE, late = { then.us + 1 };

	(void)state;
	past_touch(&p, &one, (struct mono){ 0 })[0] = 5;
	assert_non_null(past_find(&p, &one, then));
	assert_null(past_find(&p, &one, late));
	assert_float_equal(past_touch(&p, &one, late)[0], 0, 0);
	past_clear(&p);
}

/* Only touching counts as use. */
static void the_one_used_the_longest_ago_makes_room(void **state)
{
	struct past p = past_of(PAST_FLOW, 2);
	struct flow_ends one = ends_of(1, 1), two = ends_of(1, 2), three = ends_of(1, 3);

	(void)state;
	(void)past_touch(&p, &one, (struct mono){ 0 });
	(void)past_touch(&p, &two, (struct mono){ 0 });
	assert_non_null(past_find(&p, &one, (struct mono){ 0 }));
	(void)past_touch(&p, &three, (struct mono){ 0 });
	assert_null(past_find(&p, &one, (struct mono){ 0 }));
	(void)past_touch(&p, &two, (struct mono){ 0 });
	(void)past_touch(&p, &one, (struct mono){ 0 });
	assert_null(past_find(&p, &three, (struct mono){ 0 }));
	assert_non_null(past_find(&p, &two, (struct mono){ 0 }));
	past_clear(&p);
}

/* And there is room for as many as in a new one. */
static void what_is_forgotten_counts_for_nothing(void **state)
{
	struct past p = past_of(PAST_FLOW, 2);
	struct flow_ends one = ends_of(1, 1), two = ends_of(1, 2), three = ends_of(1, 3);

	(void)state;
	past_touch(&p, &one, (struct mono){ 0 })[0] = 5;
	past_touch(&p, &two, (struct mono){ 0 })[1] = 6;
	past_forget(&p);
	assert_null(past_find(&p, &one, (struct mono){ 0 }));
	assert_null(past_find(&p, &two, (struct mono){ 0 }));
	assert_float_equal(past_touch(&p, &three, (struct mono){ 0 })[1], 0, 0);
	assert_float_equal(past_touch(&p, &one, (struct mono){ 0 })[0], 0, 0);
	assert_non_null(past_find(&p, &three, (struct mono){ 0 }));
	past_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_and_clients_are_told_apart),
		cmocka_unit_test(what_is_too_old_counts_for_nothing),
		cmocka_unit_test(the_one_used_the_longest_ago_makes_room),
		cmocka_unit_test(what_is_forgotten_counts_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
