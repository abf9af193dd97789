/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

#include "ring.h"

struct item {
	uint64_t number, twice;
};

static void items_come_out_in_order(void **state)
{
	struct ring *r = ring_new(4, sizeof(struct item));
	struct item it = { 7, 7 };

	(void)state;
	assert_non_null(r);
	assert_false(ring_get(r, &it));
	assert_int_equal(it.number, 7);
	for (uint64_t i = 0; i < 10; i++) {
		it = (struct item){ i, 2 * i };
		assert_true(ring_put(r, &it));
		it = (struct item){ i + 100, 0 };
		assert_true(ring_put(r, &it));
		ring_show(r);
		assert_true(ring_get(r, &it));
		assert_int_equal(it.number, i);
		assert_int_equal(it.twice, 2 * i);
		assert_true(ring_get(r, &it));
		assert_int_equal(it.number, i + 100);
	}
	ring_free(r);
}

static void a_full_ring_drops_and_counts(void **state)
{
	struct ring *r = ring_new(3, sizeof(struct item)); /* room for four */
	struct item it = { 0, 0 };

	(void)state;
	for (uint64_t i = 0; i < 4; i++) {
		it.number = i;
		assert_true(ring_put(r, &it));
	}
	it.number = 99;
	assert_false(ring_put(r, &it));
	assert_false(ring_put(r, &it));
	assert_int_equal(ring_dropped(r), 2);
	assert_false(ring_get(r, &it));
	ring_show(r);
	for (uint64_t i = 0; i < 4; i++) {
		assert_true(ring_get(r, &it));
		assert_int_equal(it.number, i);
	}
	assert_false(ring_get(r, &it));
	ring_free(r);
	ring_free(NULL);
}

#define MANY 200000

static void *sender(void *arg)
{
	for (uint64_t i = 1; i <= MANY;) {
		struct item it = { i, 2 * i };

		if (ring_put(arg, &it))
			i++;
		else
			sched_yield();
		if (i % 3 == 0 || i > MANY || ring_room(arg) == 0)
			ring_show(arg);
	}
	return NULL;
}

static void two_threads_lose_nothing(void **state)
{
	struct ring *r = ring_new(64, sizeof(struct item));
	struct item it = { 0, 0 };
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, sender, r), 0);
	for (uint64_t want = 1; want <= MANY;) {
		if (!ring_get(r, &it)) {
			sched_yield();
			continue;
		}
		assert_int_equal(it.number, want);
		assert_int_equal(it.twice, 2 * want);
		want++;
	}
	pthread_join(thread, NULL);
	ring_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_come_out_in_order),
		cmocka_unit_test(a_full_ring_drops_and_counts),
		cmocka_unit_test(two_threads_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
