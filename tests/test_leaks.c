/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "leaks.h"

#include "testing.h"

struct row {
	const char *trace;
	unsigned client;
	int64_t first, last;
	unsigned bytes;
};

static struct dataset make(const struct row *rows, size_t n)
{
	struct dataset d;

	dataset_init(&d);
	d.has_ends = true;
	assert_int_equal(names_add(&d.features, "f"), 0);
	assert_int_equal(names_add(&d.labels, "L"), 0);
	for (size_t i = 0; i < n; i++) {
		float x = (float)rows[i].bytes;
		struct dataset_row row = { .trace = names_add(&d.traces, rows[i].trace),
			                   .ends.client = addr_v4(rows[i].client),
			                   .first = { rows[i].first },
			                   .last = { rows[i].last },
			                   .bytes = { rows[i].bytes } };

		assert_int_equal(dataset_add(&d, &row, &x), 0);
	}
	return d;
}

/* Traces from `from` on are judged. */
static struct leaks find(const struct dataset *d, uint32_t from)
{
	uint32_t judged[16];
	struct holdout h = { .judge_traces = judged };
	struct leaks l;

	for (uint32_t t = from; t < d->traces.count; t++)
		judged[h.judge_trace_count++] = t;
	assert_int_equal(leaks_find(&l, d, &h), 0);
	return l;
}

static const struct row apart[] = {
	{ "a", 1, 0, 10, 1 },  { "a", 1, 5, 20, 2 },    { "b", 1, 21, 30, 1 },
	{ "c", 1, 31, 40, 9 }, { "d", 2, 100, 105, 7 },
};

static void traces_that_follow_each_other_do_not_leak(void **state)
{
	struct dataset d = make(apart, 5);
	struct leaks l = find(&d, 2);

	(void)state;
	assert_int_equal(l.same.count, 0);
	assert_int_equal(l.overlap.count, 0);
	dataset_clear(&d);
}

static void the_same_trace_under_another_name_leaks(void **state)
{
	const struct row rows[] = {
		{ "a", 1, 0, 10, 1 },       { "a", 1, 5, 20, 2 },
		{ "b", 1, 90, 91, 3 },      { "copy", 1, 0, 10, 1 },
		{ "copy", 1, 5, 20, 2 },    { "like", 1, 200, 210, 1 },
		{ "like", 1, 205, 220, 2 },
	};
	struct dataset d = make(rows, 7);
	struct leaks l = find(&d, 2);

	(void)state;
	assert_int_equal(l.same.count, 1);
	assert_string_equal(d.traces.name[l.same.judged], "copy");
	assert_string_equal(d.traces.name[l.same.learned], "a");
	assert_int_equal(l.overlap.count, 0); /* said already */
	assert_int_equal(find(&d, 3).same.count, 0);
	dataset_clear(&d);
}

static void without_times_features_tell(void **state)
{
	const struct row rows[] = { { "a", 0, 0, 0, 1 },
		                    { "b", 0, 0, 0, 2 },
		                    { "c", 0, 0, 0, 1 } };
	struct dataset d = make(rows, 3);

	(void)state;
	d.has_ends = false;
	assert_int_equal(find(&d, 1).same.count, 1);
	assert_int_equal(find(&d, 1).overlap.count, 0);
	dataset_clear(&d);
}

/* One long trace over two short ones; the other client's does not count. */
static void one_client_at_a_time(void **state)
{
	const struct row rows[] = {
		{ "long", 1, 0, 50, 1 }, { "other", 2, 0, 100, 1 }, { "x", 1, 10, 11, 1 },
		{ "y", 1, 50, 60, 1 },   { "z", 1, 51, 99, 1 },
	};
	struct dataset d = make(rows, 5);
	struct leaks l = find(&d, 2);

	(void)state;
	assert_int_equal(l.same.count, 0);
	assert_int_equal(l.overlap.count, 2);
	assert_string_equal(d.traces.name[l.overlap.judged], "x");
	assert_string_equal(d.traces.name[l.overlap.learned], "long");
	dataset_clear(&d);
}

static void a_model_remembers_its_traces(void **state)
{
	struct names notes = { 0 };
	uint64_t digest[301];
	struct dataset d;

	(void)state;
	dataset_init(&d);
	assert_int_equal(names_add(&d.features, "f"), 0);
	for (unsigned i = 0; i < 300; i++) {
		char name[16];
		float x = (float)i;
		struct dataset_row row = { 0 };

		(void)snprintf(name, sizeof(name), "t%u", i);
		row.trace = names_add(&d.traces, name);
		assert_int_equal(dataset_add(&d, &row, &x), 0);
	}
	names_add(&d.traces, "empty");
	names_add(&notes, "set=x");
	names_add(&notes, "seenable=0123456789");
	assert_int_equal(leaks_note(&notes, &d), 0);
	assert_int_equal(notes.count, 2 + 3);
	leaks_digests(&d, digest);
	assert_true(digest[300] == 0);
	assert_int_equal(leaks_known(&notes, digest, 301), 300);
	for (int i = 0; i < 100; i++)
		digest[i] ^= 1;
	assert_int_equal(leaks_known(&notes, digest, 301), 200);
	assert_true(leaks_is_note(notes.name[2]) && strlen(notes.name[2]) < 1024);
	assert_false(leaks_is_note(notes.name[1]));
	names_clear(&notes);
	dataset_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traces_that_follow_each_other_do_not_leak),
		cmocka_unit_test(the_same_trace_under_another_name_leaks),
		cmocka_unit_test(without_times_features_tell),
		cmocka_unit_test(one_client_at_a_time),
		cmocka_unit_test(a_model_remembers_its_traces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
