/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include <sys/mman.h>
#include <unistd.h>

#include "pool.h"
#include "rng.h"

static bool all_zero(const void *object, size_t len)
{
	const uint8_t *p = object;

	for (size_t i = 0; i < len; i++)
		if (p[i])
			return false;
	return true;
}

static void objects_are_zero_and_their_owners_alone(void **state)
{
	struct pool p;
	void *out[50];
	uint32_t count = 0;
	struct rng r;

	rng_init(&r, 1, 1);
	assert_true(pool_init(&p, 50, 40));
	for (int i = 0; i < 100000; i++) {
		if (count < 50 && rng_below(&r, 2)) {
			out[count] = pool_get(&p);
			assert_non_null(out[count]);
			assert_true(all_zero(out[count], 40));
			memset(out[count], (int)(count + 1), 40);
			count++;
		} else if (count > 0) {
			const uint8_t *last = out[--count];

			for (int k = 0; k < 40; k++)
				assert_int_equal(last[k], count + 1);
			pool_put(&p, out[count]);
		}
	}
	pool_clear(&p);
	(void)state;
}

static void all_can_be_had_and_no_more(void **state)
{
	struct pool p;
	void *out[7];

	assert_true(pool_init(&p, 7, 8));
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 7; i++) {
			out[i] = pool_get(&p);
			assert_non_null(out[i]);
			for (int k = 0; k < i; k++)
				assert_ptr_not_equal(out[i], out[k]);
		}
		assert_null(pool_get(&p));
		for (int i = 0; i < 7; i++)
			pool_put(&p, out[(i * 3) % 7]);
	}
	pool_clear(&p);
	(void)state;
}

static bool is_there(const struct pool *p, size_t byte)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char there = 0;

	assert_int_equal(mincore(p->base + byte / page * page, page, &there), 0);
	return there & 1;
}

/* One system call for many pages, and no more of them than are about to be used. */
static void memory_comes_in_by_pieces_before_it_is_touched(void **state)
{
	struct pool p;

	assert_true(pool_init(&p, 1 << 20, 64));
	if (madvise(p.base, 0, 23 /* MADV_POPULATE_WRITE */) < 0) {
		puts("needs MADV_POPULATE_WRITE, Linux 5.14");
		pool_clear(&p);
		skip();
	}
	assert_false(is_there(&p, 0));
	assert_non_null(pool_get(&p));
	assert_true(is_there(&p, (64 << 10) - 1));
	assert_false(is_there(&p, 64 << 10));
	for (int i = 1; i < 1025; i++)
		assert_non_null(pool_get(&p));
	assert_true(is_there(&p, (128 << 10) - 1));
	assert_false(is_there(&p, 128 << 10));
	pool_clear(&p);
	(void)state;
}

static void clearing_twice_and_nothing_is_fine(void **state)
{
	struct pool p;

	assert_true(pool_init(&p, 1, 8));
	pool_clear(&p);
	pool_clear(&p);
	assert_null(pool_get(&p));
	pool_unmap(NULL, 5);
	(void)state;
}

static void too_much_is_refused(void **state)
{
	struct pool p;

	assert_null(pool_map(SIZE_MAX / 2));
	assert_false(pool_init(&p, UINT32_MAX, SIZE_MAX / UINT32_MAX / 4));
	pool_clear(&p);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_zero_and_their_owners_alone),
		cmocka_unit_test(all_can_be_had_and_no_more),
		cmocka_unit_test(memory_comes_in_by_pieces_before_it_is_touched),
		cmocka_unit_test(clearing_twice_and_nothing_is_fine),
		cmocka_unit_test(too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
