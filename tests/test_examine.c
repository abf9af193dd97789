/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "examine.h"
#include "learn_data.h"
#include "train.h"

#define TRACES 24 /* half of them of each class */
#define ROWS   6  /* of a trace */

/* Features that hold on other days tell two classes apart, with noise; all others do so
 * without any, and the other way round on another day. */
static void make_days(struct dataset *d, bool another)
{
	unsigned features = feature_count(FEATURE_FULL);
	float x[FEATURE_MAX];
	struct rng rng;

	rng_init(&rng, another, 0);
	dataset_init(d);
	d->has_ends = true;
	names_add(&d->labels, "A");
	names_add(&d->labels, "B");
	for (unsigned f = 0; f < features; f++)
		names_add(&d->features, feature_name(FEATURE_FULL, f));
	for (uint32_t i = 0; i < TRACES * ROWS; i++) {
		uint32_t trace = i / ROWS, label = trace % 2;
		char name[16];
		struct dataset_row row = {
			.label = label,
			.trace = trace,
			.burst = i,
			.pkts = { 9, 9 },
			.first = { (int64_t)i * 5000000 },
			.last = { (int64_t)i * 5000000 + 1000 },
		};

		(void)snprintf(name, sizeof(name), "%u", trace);
		assert_int_equal(names_add(&d->traces, name), trace);
		for (unsigned f = 0; f < features; f++)
			x[f] = feature_travels(FEATURE_FULL, f)
			               ? (float)label + 1.6F * (float)rng_unit(&rng)
			               : (float)(label ^ another);
		assert_int_equal(dataset_add(d, &row, x), 0);
	}
}

/* What a burst-flow says of itself is that of all trees, and half of them have learned
 * the day; traces are named by the others. */
static void traces_are_named_by_what_holds_on_other_days(void **state)
{
	uint32_t *rows = learn_rows(TRACES * ROWS);
	const uint32_t class_of[] = { 0, 1 };
	struct train_params p = { .forest = forest_defaults(),
		                  .precision = 0.9,
		                  .set = FEATURE_FULL,
		                  .gap = mono_ms(1000),
		                  .mtu_bytes = 1500,
		                  .min_packets = 1 };
	struct dataset day, other;
	struct fault f = { "" };
	struct judge sum;
	struct model m;
	struct train_seen seen;

	(void)state;
	make_days(&day, false);
	make_days(&other, true);
	p.forest.trees = 40;
	model_init(&m);
	if (train_model(&m, &(struct forest_rows){ &day, rows, day.rows }, &p, &seen,
	                &f) < 0)
		fail_msg("%s", f.text);
	assert_true(judge_init(&sum, 2));
	assert_int_equal(examine_rows(&(struct examine){ &m, class_of, true },
	                              &(struct forest_rows){ &other, rows, other.rows },
	                              &sum),
	                 0);
	assert_int_equal(sum.traces, TRACES);
	assert_int_equal(sum.traces_right, TRACES);
	judge_clear(&sum);
	model_clear(&m);
	dataset_clear(&day);
	dataset_clear(&other);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traces_are_named_by_what_holds_on_other_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
