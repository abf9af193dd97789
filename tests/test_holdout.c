/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holdout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* traces[label] traces of each label, three rows in each; backwards: the same in another
 * order. */
static struct dataset make(const unsigned *traces, unsigned labels, bool backwards)
{
	struct dataset d;
	float x = 0;

	dataset_init(&d);
	assert_int_equal(names_add(&d.features, "f"), 0);
	for (unsigned at = 0; at < labels; at++) {
		unsigned l = backwards ? labels - 1 - at : at;

		for (unsigned i = 0; i < traces[l]; i++) {
			unsigned t = backwards ? traces[l] - 1 - i : i;
			char label[16], trace[32];
			struct dataset_row row = { 0 };

			(void)snprintf(label, sizeof(label), "L%u", l);
			(void)snprintf(trace, sizeof(trace), "L%u/%u", l, t);
			row.label = names_add(&d.labels, label);
			row.trace = names_add(&d.traces, trace);
			for (unsigned r = 0; r < 3; r++)
				assert_int_equal(dataset_add(&d, &row, &x), 0);
		}
	}
	return d;
}

static unsigned judged(const struct holdout *h, const struct dataset *d,
                       const char *label)
{
	unsigned n = 0;

	for (size_t i = 0; i < h->judge_trace_count; i++)
		n += strncmp(d->traces.name[h->judge_traces[i]], label, 3) == 0;
	return n;
}

static void each_class_keeps_its_share_and_no_trace_is_torn(void **state)
{
	const unsigned traces[] = { 10, 5, 2 };
	struct dataset d = make(traces, 3, false);
	bool *learned = calloc(d.traces.count, sizeof(bool));
	struct holdout h;

	(void)state;
	assert_int_equal(holdout_make(&h, &d, 0.5, 1, 0), 0);
	assert_int_equal(judged(&h, &d, "L0/"), 5);
	assert_int_equal(judged(&h, &d, "L1/"), 2);
	assert_int_equal(judged(&h, &d, "L2/"), 1);
	assert_int_equal(h.judge_count, 3 * h.judge_trace_count);
	assert_int_equal(h.learn_count + h.judge_count, d.rows);
	for (size_t i = 0; i < h.learn_count; i++)
		learned[d.row[h.learn[i]].trace] = true;
	for (size_t i = 0; i < h.judge_count; i++)
		assert_false(learned[d.row[h.judge[i]].trace]);
	free(learned);
	holdout_clear(&h);
	dataset_clear(&d);
}

static void an_only_trace_is_learned(void **state)
{
	const unsigned traces[] = { 1, 3 };
	struct dataset d = make(traces, 2, false);
	struct holdout h;

	(void)state;
	assert_int_equal(holdout_make(&h, &d, 0.1, 1, 0), 0);
	assert_int_equal(judged(&h, &d, "L0/"), 0);
	assert_int_equal(judged(&h, &d, "L1/"), 2);
	holdout_clear(&h);
	assert_int_equal(holdout_make(&h, &d, 0.99, 1, 0), 0);
	assert_int_equal(judged(&h, &d, "L1/"), 1);
	holdout_clear(&h);
	dataset_clear(&d);
}

/* The names of the traces to judge on, one after the other. */
static void names_of(const struct dataset *d, uint64_t seed, uint64_t round, char *buf)
{
	struct holdout h;

	buf[0] = 0;
	assert_int_equal(holdout_make(&h, d, 0.5, seed, round), 0);
	for (size_t i = 0; i < h.judge_trace_count; i++)
		sprintf(buf + strlen(buf), "%s ", d->traces.name[h.judge_traces[i]]);
	holdout_clear(&h);
}

static void sides_depend_on_seed_and_round_and_not_on_order(void **state)
{
	const unsigned traces[] = { 10, 20 };
	struct dataset a = make(traces, 2, false), b = make(traces, 2, true);
	char x[1024], y[1024];

	(void)state;
	names_of(&a, 1, 0, x);
	names_of(&b, 1, 0, y);
	assert_string_equal(x, y);
	names_of(&a, 2, 0, y);
	assert_string_not_equal(x, y);
	names_of(&a, 1, 1, y);
	assert_string_not_equal(x, y);
	dataset_clear(&a);
	dataset_clear(&b);
}

static void single_rows_can_be_dealt(void **state)
{
	const unsigned traces[] = { 10, 20 };
	struct dataset d = make(traces, 2, false);
	struct holdout h;
	bool torn = false;

	(void)state;
	assert_int_equal(holdout_rows(&h, &d, 0.5, 1, 0), 0);
	assert_int_equal(h.learn_count, 45);
	assert_int_equal(h.judge_count, 45);
	assert_int_equal(h.judge_trace_count, 0);
	for (size_t i = 0; i < h.learn_count; i++)
		for (size_t j = 0; j < h.judge_count; j++) {
			assert_int_not_equal(h.learn[i], h.judge[j]);
			torn |= d.row[h.learn[i]].trace == d.row[h.judge[j]].trace;
		}
	assert_true(torn);
	holdout_clear(&h);
	assert_int_equal(holdout_all(&h, &d), 0);
	assert_int_equal(h.judge_count, 90);
	assert_int_equal(h.judge_trace_count, 30);
	assert_int_equal(h.learn_count, 0);
	holdout_clear(&h);
	dataset_clear(&d);
}

static void each_trace_is_judged_in_one_fold(void **state)
{
	const unsigned traces[] = { 10, 7, 2 };
	struct dataset d = make(traces, 3, false);
	unsigned times[19] = { 0 };

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		struct holdout h;

		assert_int_equal(holdout_fold(&h, &d, 3, k, 1), 0);
		assert_in_range(judged(&h, &d, "L0/"), 3, 4);
		assert_in_range(judged(&h, &d, "L1/"), 2, 3);
		assert_int_equal(h.learn_count + h.judge_count, d.rows);
		for (uint32_t i = 0; i < h.judge_trace_count; i++)
			times[h.judge_traces[i]]++;
		holdout_clear(&h);
	}
	for (int t = 0; t < 19; t++)
		assert_int_equal(times[t], 1);
	dataset_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_class_keeps_its_share_and_no_trace_is_torn),
		cmocka_unit_test(an_only_trace_is_learned),
		cmocka_unit_test(each_trace_is_judged_in_one_fold),
		cmocka_unit_test(single_rows_can_be_dealt),
		cmocka_unit_test(sides_depend_on_seed_and_round_and_not_on_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
