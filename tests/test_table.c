/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "rng.h"
#include "table.h"

#define MAX 200

struct record {
	struct table_node node;
	uint32_t value;
	uint64_t key[2];
};

/* What the table should hold: pairs in order of use, the oldest first. */
struct model {
	uint64_t key[MAX][2];
	uint32_t value[MAX];
	uint32_t count;
};

static const struct hash_key secret = { { 1, 2 } };

static struct table *new_table(uint32_t max)
{
	struct table *t = table_new(max, sizeof(struct record),
	                            offsetof(struct record, key), 2, &secret);

	assert_non_null(t);
	return t;
}

static uint32_t model_find(const struct model *m, const uint64_t key[2])
{
	uint32_t i = 0;

	while (i < m->count && memcmp(m->key[i], key, sizeof(m->key[i])) != 0)
		i++;
	return i;
}

static void model_remove(struct model *m, uint32_t i)
{
	m->count--;
	memmove(m->key + i, m->key + i + 1, (m->count - i) * sizeof(m->key[0]));
	memmove(m->value + i, m->value + i + 1, (m->count - i) * sizeof(m->value[0]));
}

static void model_add(struct model *m, const uint64_t key[2], uint32_t value)
{
	memcpy(m->key[m->count], key, sizeof(m->key[0]));
	m->value[m->count++] = value;
}

static void assert_same_order(struct table *t, const struct model *m)
{
	struct record *r = table_oldest(t);

	for (uint32_t i = 0; i < m->count; i++) {
		assert_non_null(r);
		assert_int_equal(r->value, m->value[i]);
		assert_memory_equal(r->key, m->key[i], sizeof(r->key));
		r = table_newer(t, r);
	}
	assert_null(r);
	assert_int_equal(table_count(t), m->count);
}

static void add_to_both(struct table *t, struct model *m, const uint64_t key[2],
                        uint32_t value)
{
	struct record *r = table_add(t, key);

	if (m->count == MAX) {
		assert_null(r);
		return;
	}
	assert_non_null(r);
	assert_int_equal(r->value, 0); /* also where another record has been */
	r->value = value;
	model_add(m, key, value);
}

static void step(struct table *t, struct model *m, struct rng *rng, uint32_t value)
{
	uint64_t key[2] = { rng_below(rng, 3), rng_below(rng, 100) };
	struct record *r = table_find(t, key);
	uint32_t i = model_find(m, key);

	assert_int_equal(r != NULL, i < m->count);
	if (!r) {
		add_to_both(t, m, key, value);
		return;
	}
	assert_int_equal(r->value, m->value[i]);
	value = r->value;
	model_remove(m, i);
	if (rng_below(rng, 3) == 0) {
		table_remove(t, r);
		return;
	}
	table_touch(t, r);
	model_add(m, key, value);
}

static void behaves_like_a_plain_list(void **state)
{
	struct table *t = new_table(MAX);
	struct model m = { 0 };
	struct rng rng;

	rng_init(&rng, 3, 0);
	for (uint32_t i = 1; i <= 1000000; i++) {
		step(t, &m, &rng, i);
		if (i % 1000 == 0)
			assert_same_order(t, &m);
		if (i % 100000 == 0) /* from empty again */
			while (m.count > 0) {
				table_remove(t, table_oldest(t));
				model_remove(&m, 0);
			}
	}
	table_free(t);
	(void)state;
}

/* Where runs of slots wrap around the end, with the table as full as it gets. */
static void a_full_table_finds_all_and_nothing_else(void **state)
{
	for (uint32_t max = 1; max < 70; max++) {
		struct table *t = new_table(max);
		uint64_t key[2] = { 0, 9 };

		for (int round = 0; round < 3; round++) {
			for (key[0] = 0; key[0] < max; key[0]++)
				assert_non_null(table_add(t, key));
			assert_null(table_add(t, key));
			assert_int_equal(table_count(t), max);
			assert_null(table_find(t, key));
			for (key[0] = 0; key[0] < max; key[0]++) {
				table_remove(t, table_find(t, key));
				assert_null(table_find(t, key));
			}
			assert_null(table_oldest(t));
		}
		table_free(t);
	}
	(void)state;
}

static void records_stay_where_they_are(void **state)
{
	struct table *t = new_table(1000);
	struct record *at[1000];
	uint64_t key[2] = { 0 };

	for (key[0] = 0; key[0] < 1000; key[0]++)
		at[key[0]] = table_add(t, key);
	for (key[0] = 0; key[0] < 1000; key[0] += 2)
		table_remove(t, at[key[0]]);
	for (key[0] = 1; key[0] < 1000; key[0] += 2)
		assert_ptr_equal(table_find(t, key), at[key[0]]);
	table_free(t);
	(void)state;
}

static void an_empty_table_holds_nothing(void **state)
{
	struct table *t = new_table(16);
	uint64_t key[2] = { 0, 0 };

	assert_null(table_find(t, key));
	assert_null(table_oldest(t));
	assert_int_equal(table_count(t), 0);
	table_free(t);
	table_free(NULL);
	(void)state;
}

/* Address space is reserved, memory is not: the largest table is made at once. */
static void the_largest_table_costs_nothing(void **state)
{
	struct table *t = new_table(1 << 24);
	uint64_t key[2] = { 5, 6 };

	assert_non_null(table_add(t, key));
	assert_non_null(table_find(t, key));
	table_free(t);
	(void)state;
}

/* What a hash is guessed to lead to is what is found, but for keys that share a slot. */
static void a_hash_leads_to_its_record(void **state)
{
	struct table *t = new_table(1000);
	uint64_t key[2] = { 0, 3 };
	unsigned right = 0;

	(void)state;
	for (key[0] = 0; key[0] < 1000; key[0]++) {
		uint32_t hash = table_hash(t, key);

		assert_null(table_find_hashed(t, key, hash));
		assert_non_null(table_add_hashed(t, key, hash));
		assert_ptr_equal(table_find_hashed(t, key, hash), table_find(t, key));
	}
	for (key[0] = 0; key[0] < 1000; key[0]++) {
		uint32_t hash = table_hash(t, key);

		table_fetch_slot(t, hash);
		right += table_guess(t, hash) == table_find_hashed(t, key, hash);
	}
	assert_in_range(right, 600, 1000);
	for (key[0] = 0; key[0] < 1000; key[0]++)
		table_remove(t, table_find(t, key));
	for (key[0] = 0; key[0] < 1000; key[0]++)
		assert_null(table_guess(t, table_hash(t, key)));
	table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behaves_like_a_plain_list),
		cmocka_unit_test(a_full_table_finds_all_and_nothing_else),
		cmocka_unit_test(records_stay_where_they_are),
		cmocka_unit_test(an_empty_table_holds_nothing),
		cmocka_unit_test(the_largest_table_costs_nothing),
		cmocka_unit_test(a_hash_leads_to_its_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
