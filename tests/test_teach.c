/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What forests are taught, and what they then say. */
#include "teach.h"

#include <errno.h>

#include "learn_data.h"

/* Two classes of six traces of ten rows, told apart by the one feature: below and above
 * 0.  Some rows look like the other class; those of ODD, and all others of its trace,
 * have but one packet. */
enum { TRACES = 6, EACH = 10, ROWS = 2 * TRACES * EACH };
enum { ODD = 3, ALIKE = TRACES * EACH + 17 };

static void fill(struct dataset *d)
{
	struct rng rng;
	char name[32];

	rng_init(&rng, 1, 0);
	dataset_init(d);
	d->has_ends = true;
	assert_int_equal(names_add(&d->features, "f"), 0);
	assert_int_equal(names_add(&d->labels, "low"), 0);
	assert_int_equal(names_add(&d->labels, "high"), 1);
	for (uint32_t i = 0; i < ROWS; i++) {
		struct dataset_row row = { .label = i >= ROWS / 2,
			                   .trace = i / EACH,
			                   .burst = i,
			                   .pkts = { 1, i >= EACH } };
		float x = 1 + (float)rng_unit(&rng);

		snprintf(name, sizeof(name), "trace%u", row.trace);
		assert_int_equal(names_add(&d->traces, name), row.trace);
		if (row.label == (i == ODD || i == ALIKE))
			x = -x;
		assert_int_equal(dataset_add(d, &row, &x), 0);
	}
}

struct lesson {
	struct dataset d;
	struct taught taught;
	uint32_t *rows;
	struct forest_params forest;
	int err;
	struct fault f;
};

static void teach(struct lesson *t, enum teach_noise noise, uint32_t packets)
{
	struct teach_params how = { noise, packets };

	fill(&t->d);
	t->rows = learn_rows(ROWS);
	t->forest = forest_defaults();
	t->err = teach_rows(&t->taught, &(struct forest_rows){ &t->d, t->rows, ROWS },
	                    &t->forest, &how, &t->f);
}

static void clear(struct lesson *t)
{
	dataset_clear(&t->d);
	free(t->rows);
	free(t->taught.is);
}

static void rows_are_what_they_say(void **state)
{
	struct lesson t;

	(void)state;
	teach(&t, TEACH_KEEP, 1);
	assert_int_equal(t.err, 0);
	assert_null(t.taught.is);
	assert_int_equal(t.taught.others, 0);
	clear(&t);
}

static void what_no_other_trace_bears_out_is_noise(void **state)
{
	const enum teach_noise how[2] = { TEACH_DROP, TEACH_AMBIGUOUS };
	const uint32_t as[2] = { FOREST_LEFT_OUT, FOREST_AMBIGUOUS };

	(void)state;
	for (int k = 0; k < 2; k++) {
		struct lesson t;

		teach(&t, how[k], 1);
		assert_int_equal(t.err, 0);
		for (uint32_t i = 0; i < ROWS; i++)
			assert_int_equal(t.taught.is[i], i == ODD || i == ALIKE
			                                         ? as[k]
			                                         : t.d.row[i].label);
		assert_int_equal(t.taught.others, 2);
		clear(&t);
	}
}

static void small_burst_flows_are_left_out(void **state)
{
	struct lesson t;

	(void)state;
	teach(&t, TEACH_KEEP, 2);
	assert_int_equal(t.err, 0);
	for (uint32_t i = 0; i < ROWS; i++)
		assert_int_equal(t.taught.is[i],
		                 i < EACH ? FOREST_LEFT_OUT : t.d.row[i].label);
	assert_int_equal(t.taught.others, EACH);
	clear(&t);
}

/* Of both classes nothing has so many packets. */
static void no_class_goes_without_rows(void **state)
{
	struct lesson t;

	(void)state;
	teach(&t, TEACH_KEEP, 3);
	assert_int_equal(t.err, 0);
	for (uint32_t i = 0; i < ROWS; i++)
		assert_int_equal(t.taught.is[i], t.d.row[i].label);
	assert_int_equal(t.taught.others, 0);
	clear(&t);
}

static void packets_have_to_be_known(void **state)
{
	struct teach_params how = { TEACH_KEEP, 2 };
	struct lesson t;

	(void)state;
	teach(&t, TEACH_KEEP, 1);
	t.d.has_ends = false;
	assert_int_equal(teach_rows(&t.taught,
	                            &(struct forest_rows){ &t.d, t.rows, ROWS },
	                            &t.forest, &how, &t.f),
	                 -EINVAL);
	assert_non_null(strstr(t.f.text, "how many packets"));
	clear(&t);
}

/* What a forest says of x when rows above 1.5 are of class "low" but are taught as
 * something else. */
static void votes_of(float x, uint32_t as, bool by_trace, uint32_t votes[2])
{
	struct lesson t;
	struct forest *fo;
	struct forest_oob oob;

	teach(&t, TEACH_AMBIGUOUS, 1);
	for (uint32_t i = 0; i < ROWS; i++) {
		if (t.d.x[i] <= 1.5F)
			continue;
		t.d.row[i].label = 0;
		t.taught.is[i] = as;
	}
	t.forest.taught = t.taught.is;
	t.forest.by_trace = by_trace;
	t.forest.trees = 20;
	fo = forest_train(&(struct forest_rows){ &t.d, t.rows, ROWS }, &t.forest, &oob,
	                  &t.f);
	assert_non_null(fo);
	forest_votes(fo, &x, votes);
	for (uint32_t i = 0; i < ROWS; i++) {
		uint64_t sum = (uint64_t)oob.votes[2 * i] + oob.votes[2 * i + 1];

		assert_true(sum <= (uint64_t)oob.trees[i] * FOREST_UNIT);
	}
	forest_oob_clear(&oob);
	forest_free(fo);
	clear(&t);
}

static void votes_for_what_has_no_name_are_not_given(void **state)
{
	uint32_t votes[2];

	(void)state;
	votes_of(1.8F, FOREST_AMBIGUOUS, false, votes);
	assert_true(votes[0] + votes[1] < 2 * FOREST_UNIT);
	votes_of(-1.5F, FOREST_AMBIGUOUS, false, votes);
	assert_true(votes[0] > 18 * FOREST_UNIT);
}

/* Whether trees draw rows or traces. */
static void what_is_left_out_has_no_say(void **state)
{
	uint32_t votes[2];

	(void)state;
	for (int by_trace = 0; by_trace < 2; by_trace++) {
		votes_of(1.8F, 0, by_trace, votes);
		assert_true(votes[0] > 18 * FOREST_UNIT);
		votes_of(1.8F, FOREST_LEFT_OUT, by_trace, votes);
		assert_true(votes[1] > 18 * FOREST_UNIT);
	}
}

/* Of a sample without any row a tree can still be made. */
static void nothing_left_is_no_trouble(void **state)
{
	struct lesson t;
	struct forest *fo;

	(void)state;
	teach(&t, TEACH_DROP, 1);
	for (uint32_t i = 0; i < ROWS; i++)
		if (i != 25 && i != 99)
			t.taught.is[i] = FOREST_LEFT_OUT;
	t.forest.taught = t.taught.is;
	t.forest.by_trace = true;
	fo = forest_train(&(struct forest_rows){ &t.d, t.rows, ROWS }, &t.forest, NULL,
	                  &t.f);
	assert_non_null(fo);
	forest_free(fo);
	clear(&t);
}

static void ways_have_names(void **state)
{
	enum teach_noise n;

	(void)state;
	for (enum teach_noise i = TEACH_KEEP; i <= TEACH_AMBIGUOUS; i++) {
		assert_true(teach_noise_parse(teach_noise_name(i), &n));
		assert_int_equal(n, i);
	}
	assert_false(teach_noise_parse("no", &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_what_they_say),
		cmocka_unit_test(what_no_other_trace_bears_out_is_noise),
		cmocka_unit_test(small_burst_flows_are_left_out),
		cmocka_unit_test(no_class_goes_without_rows),
		cmocka_unit_test(packets_have_to_be_known),
		cmocka_unit_test(votes_for_what_has_no_name_are_not_given),
		cmocka_unit_test(what_is_left_out_has_no_say),
		cmocka_unit_test(nothing_left_is_no_trouble),
		cmocka_unit_test(ways_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
