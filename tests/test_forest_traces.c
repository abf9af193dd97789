/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What traces mean to a forest: which are seen together, and how much each counts. */
#include "forest.h"

#include "learn_data.h"

/* Of class 0 five traces of 40 rows, of class 1 ten of 4, and nothing tells them apart:
 * every tree is one leaf that holds the sample's class shares. */
enum { LONG = 5, LONG_ROWS = 40, SHORT = 10, SHORT_ROWS = 4 };
enum { ROWS = LONG * LONG_ROWS + SHORT * SHORT_ROWS };

static void fill(struct dataset *d)
{
	char name[32];

	dataset_init(d);
	assert_int_equal(names_add(&d->features, "f"), 0);
	assert_int_equal(names_add(&d->labels, "long"), 0);
	assert_int_equal(names_add(&d->labels, "short"), 1);
	for (uint32_t i = 0; i < ROWS; i++) {
		bool is_short = i >= LONG * LONG_ROWS;
		struct dataset_row row = { .label = is_short };

		row.trace = is_short ? LONG + (i - LONG * LONG_ROWS) / SHORT_ROWS
		                     : i / LONG_ROWS;
		snprintf(name, sizeof(name), "trace%u", row.trace);
		assert_int_equal(names_add(&d->traces, name), row.trace);
		assert_int_equal(dataset_add(d, &row, (float[]){ 1 }), 0);
	}
}

/* The share of class 0 in the mean tree's sample. */
static double share_of_long(struct forest_params p, struct forest_oob *oob)
{
	const float x[1] = { 1 };
	struct dataset d;
	struct forest *fo;
	uint32_t votes[2], *rows = learn_rows(ROWS);
	struct fault f;

	fill(&d);
	p.trees = 400;
	fo = forest_train(&(struct forest_rows){ &d, rows, ROWS }, &p, oob, &f);
	assert_non_null(fo);
	forest_votes(fo, x, votes);
	forest_free(fo);
	dataset_clear(&d);
	free(rows);
	return votes[0] / (400.0 * FOREST_UNIT);
}

/* By rows, by their square root, by traces: whatever a tree draws. */
static void power_goes_from_rows_to_traces(void **state)
{
	const double power[3] = { 0, 0.5, 1 };
	const double expected[3] = { 200 / 240.0, 31.6 / (31.6 + 20), 5 / 15.0 };
	struct forest_params p = forest_defaults();

	(void)state;
	for (int way = 0; way < 3; way++) {
		p.bootstrap = way != 0;
		p.by_trace = way == 2;
		for (int i = 0; i < 3; i++) {
			p.power.trace = power[i];
			assert_float_equal(share_of_long(p, NULL), expected[i], 0.02);
		}
	}
}

/* A row that its weight kept out of a sample that has its trace is not unseen. */
static void traces_are_out_of_the_bag_whole(void **state)
{
	struct forest_params p = forest_defaults();
	struct forest_oob oob;

	(void)state;
	p.by_trace = true;
	p.power.trace = 1;
	(void)share_of_long(p, &oob);
	for (uint32_t i = 0; i < ROWS; i++) {
		uint32_t first =
			i < LONG * LONG_ROWS ? i - i % LONG_ROWS : i - i % SHORT_ROWS;

		assert_int_equal(oob.trees[i], oob.trees[first]);
		assert_in_range(oob.trees[i], 90, 180);
	}
	forest_oob_clear(&oob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_goes_from_rows_to_traces),
		cmocka_unit_test(traces_are_out_of_the_bag_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
