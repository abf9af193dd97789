/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include "learn_data.h"
#include "testing.h"

/* The rows of learn_data(), in traces of one class each: 6 a class, alternately from two
 * sources. */
static void make(struct dataset *d, uint32_t *source)
{
	learn_data(d, 2, 15, 120, 1);
	names_clear(&d->traces);
	for (size_t i = 0; i < d->rows; i++) {
		struct dataset_row *r = &d->row[i];
		char name[32];

		(void)snprintf(name, sizeof(name), "class%u/%zu", r->label, i % 6);
		r->trace = names_add(&d->traces, name);
		source[r->trace] = i % 2;
	}
}

static struct trial begin(const struct dataset *d, const uint32_t *source)
{
	struct trial s = { .d = d, .source = source, .sources = 2, .folds = 2 };

	s.params.forest = forest_defaults();
	s.params.forest.trees = 100;
	s.params.gap.us = MONO_SECOND;
	s.params.mtu_bytes = 1500;
	s.params.min_packets = 1;
	s.params.precision = 0.9;
	return s;
}

static void the_smallest_of_the_best_is_taken(void **state)
{
	struct trial_setting tried[TRIAL_SETTINGS_MAX];
	uint32_t source[12] = { 0 };
	unsigned count, best;
	struct dataset d;
	struct trial s;
	struct fault f;
	double highest = 0;

	(void)state;
	make(&d, source);
	s = begin(&d, source);
	assert_int_equal(trial_run(&s, tried, &count, &best, &f), 0);
	/* The one to begin with, and all other values of six choices; of 15 features
	 * neither 20 nor 40 can be tried. */
	assert_int_equal(count, 1 + 1 + 0 + 2 + 2 + 2 + 2);
	assert_int_equal(tried[0].forest.trees, 100);
	for (unsigned i = 0; i < count; i++) {
		highest = fmax(highest, tried[i].f1);
		assert_near(tried[i].f1,
		            (tried[i].by_source[0] + tried[i].by_source[1]) / 2, 1e-9);
		assert_true(tried[i].nodes > tried[i].forest.trees);
	}
	assert_true(highest > 0.6);
	assert_true(tried[best].f1 >= highest - TRIAL_EQUAL);
	for (unsigned i = 0; i < count; i++)
		assert_true(tried[i].nodes >= tried[best].nodes ||
		            tried[i].f1 < highest - TRIAL_EQUAL);
	dataset_clear(&d);
}

/* Where they are known. */
static void packets_are_a_choice(void **state)
{
	struct trial_setting tried[TRIAL_SETTINGS_MAX];
	uint32_t source[12] = { 0 }, packets = 0;
	unsigned count, best;
	struct dataset d;
	struct trial s;
	struct fault f;

	(void)state;
	make(&d, source);
	d.has_ends = true;
	for (size_t i = 0; i < d.rows; i++)
		d.row[i].pkts[i % 2] = 1 + i % 3;
	s = begin(&d, source);
	s.params.forest.trees = 50;
	s.params.teach.packets = 1;
	assert_int_equal(trial_run(&s, tried, &count, &best, &f), 0);
	assert_int_equal(count, 1 + 1 + 0 + 2 + 2 + 2 + 2 + 2);
	for (unsigned i = 0; i < count; i++)
		packets |= 1U << tried[i].learn_packets;
	assert_int_equal(packets, 1U << 1 | 1U << 2 | 1U << 3);
	dataset_clear(&d);
}

static void the_same_again_is_the_same(void **state)
{
	struct trial_setting one[TRIAL_SETTINGS_MAX], two[TRIAL_SETTINGS_MAX];
	uint32_t source[12] = { 0 };
	unsigned count, best, best_again;
	struct dataset d;
	struct trial s;
	struct fault f;

	(void)state;
	make(&d, source);
	s = begin(&d, source);
	s.params.forest.trees = 50;
	assert_int_equal(trial_run(&s, one, &count, &best, &f), 0);
	s.params.forest.threads = 2;
	assert_int_equal(trial_run(&s, two, &count, &best_again, &f), 0);
	assert_int_equal(best, best_again);
	for (unsigned i = 0; i < count; i++)
		assert_true(one[i].f1 == two[i].f1 && one[i].nodes == two[i].nodes);
	dataset_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_of_the_best_is_taken),
		cmocka_unit_test(packets_are_a_choice),
		cmocka_unit_test(the_same_again_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
