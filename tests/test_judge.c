/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define CLASSES 3

/* truth 0 0 1 1 2 2 2, best 0 1 1 1 2 2 0 in two bursts of a trace for each class. */
static const struct judge_case cases[] = {
	{ 0, 0, 0.9F, 0, true, 0, 1 },  { 0, 1, 0.4F, 0, false, 0, 2 },
	{ 1, 1, 0.6F, 0, true, 1, 1 },  { 1, 1, 0.3F, 0, false, 1, 1 },
	{ 2, 2, 1.0F, 0, true, 2, 1 },  { 2, 2, 0.8F, 0, true, 2, 2 },
	{ 2, 0, 0.55F, 0, true, 2, 2 },
};
static const float weight[][CLASSES] = {
	{ 9, 1, 0 }, { 4, 5, 1 }, { 1, 6, 3 },    { 3, 4, 3 },
	{ 0, 0, 9 }, { 1, 1, 8 }, { 9.5F, 0, 1 },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static struct judge judged(void)
{
	struct judge j;

	assert_true(judge_init(&j, CLASSES));
	assert_true(
		judge_cases(&j, cases, CASES,
	                    &(struct judge_weights){ CLASSES, weight[0], weight[0] }));
	return j;
}

#define near(a, b) assert_true((a) - (b) < 1e-12 && (b) - (a) < 1e-12)

/* scikit-learn's precision_recall_fscore_support of the same. */
static void figures_are_those_of_scikit_learn(void **state)
{
	struct judge j = judged();
	double s[JUDGE_SCORES];

	(void)state;
	near(judge_class(&j, 0).precision, 0.5);
	near(judge_class(&j, 0).recall, 0.5);
	near(judge_class(&j, 1).precision, 2.0 / 3);
	near(judge_class(&j, 1).recall, 1.0);
	near(judge_class(&j, 2).f1, 0.8);
	assert_int_equal(judge_class(&j, 2).support, 3);
	judge_scores(&j, s);
	near(s[JUDGE_PRECISION], (2 * 0.5 + 2 * (2.0 / 3) + 3 * 1.0) / 7);
	near(s[JUDGE_RECALL], 5.0 / 7);
	near(s[JUDGE_F1], (2 * 0.5 + 2 * 0.8 + 3 * 0.8) / 7);
	near(s[JUDGE_MACRO_F1], (0.5 + 0.8 + 0.8) / 3);
	near(s[JUDGE_FLOW_ACCURACY], 5.0 / 7);
	near(s[JUDGE_COVERAGE], 5.0 / 7);
	near(s[JUDGE_NAMED_ACCURACY], 4.0 / 5);
	judge_clear(&j);
}

/* Burst 2 of trace 0 is wrong, burst 2 of trace 2 has 10.5 against 9; all traces add up
 * to the right class. */
static void bursts_and_traces_are_named_by_their_sums(void **state)
{
	struct judge j = judged();

	(void)state;
	assert_int_equal(j.bursts, 5);
	assert_int_equal(j.bursts_right, 3);
	assert_int_equal(j.traces, 3);
	assert_int_equal(j.traces_right, 3);
	judge_clear(&j);
}

static void the_order_of_cases_does_not_matter(void **state)
{
	struct judge_case mixed[CASES];
	float w[CASES][CLASSES];
	struct judge a = judged(), b;

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		mixed[i] = cases[(3 * i + 2) % CASES];
		memcpy(w[i], weight[(3 * i + 2) % CASES], sizeof(w[i]));
	}
	assert_true(judge_init(&b, CLASSES));
	assert_true(judge_cases(&b, mixed, CASES,
	                        &(struct judge_weights){ CLASSES, w[0], w[0] }));
	assert_int_equal(a.bursts_right, b.bursts_right);
	assert_int_equal(a.traces_right, b.traces_right);
	assert_int_equal(a.bursts, b.bursts);
	assert_memory_equal(a.matrix, b.matrix, CLASSES * CLASSES * sizeof(*a.matrix));
	judge_clear(&a);
	judge_clear(&b);
}

static void confidences_fall_into_steps(void **state)
{
	struct judge j = judged();

	(void)state;
	assert_int_equal(j.step[JUDGE_STEPS], 1);
	assert_int_equal(j.step[90], 1);
	assert_int_equal(j.step[55], 1);
	assert_int_equal(j.step_right[55], 0);
	judge_clear(&j);
}

static void repeats_add_up(void **state)
{
	struct judge a = judged(), b = judged();
	double one[JUDGE_SCORES], two[JUDGE_SCORES];

	(void)state;
	judge_scores(&a, one);
	judge_add(&a, &b);
	judge_scores(&a, two);
	assert_int_equal(judge_count(&a), 2 * CASES);
	for (int s = 0; s < JUDGE_SCORES; s++)
		near(one[s], two[s]);
	judge_clear(&a);
	judge_clear(&b);
}

static void nothing_judged_is_all_zero(void **state)
{
	struct judge j;
	double s[JUDGE_SCORES];

	(void)state;
	assert_true(judge_init(&j, CLASSES));
	assert_true(
		judge_cases(&j, cases, 0,
	                    &(struct judge_weights){ CLASSES, weight[0], weight[0] }));
	judge_scores(&j, s);
	for (int i = 0; i < JUDGE_SCORES; i++)
		near(s[i], 0.0);
	judge_clear(&j);
}

/* Traces go by weights of their own, which say class 0 of all. */
static void traces_have_weights_of_their_own(void **state)
{
	float always[CASES][CLASSES] = { { 0 } };
	struct judge_weights w = { CLASSES, weight[0], always[0] };
	struct judge by_one = judged(), j;

	(void)state;
	for (size_t i = 0; i < CASES; i++)
		always[i][0] = 1;
	assert_true(judge_init(&j, CLASSES));
	assert_true(judge_cases(&j, cases, CASES, &w));
	assert_int_equal(j.bursts_right, by_one.bursts_right);
	assert_int_equal(j.traces_right, 1);
	assert_int_not_equal(by_one.traces_right, 1);
	judge_clear(&j);
	judge_clear(&by_one);
}

/* In tenths: 0.3; 0.4; 0.55; 0.6; 0.8; 0.9 and 1 together.  Wrong are 0.4 and 0.55. */
static void calibration_is_told_by_tenths(void **state)
{
	struct judge j = judged(), twice = judged();
	double s[JUDGE_SCORES];

	(void)state;
	assert_int_equal(judge_bin(&j, 9).cases, 2);
	assert_true(fabs(judge_bin(&j, 9).confidence - 0.95) < 1e-6);
	near(judge_bin(&j, 9).accuracy, 1.0);
	near(judge_bin(&j, 5).accuracy, 0.0);
	assert_int_equal(judge_bin(&j, 0).cases, 0);
	near(judge_bin(&j, 0).confidence, 0.0);
	judge_scores(&j, s);
	assert_true(fabs(s[JUDGE_CALIBRATION_ERROR] -
	                 (0.7 + 0.4 + 0.55 + 0.4 + 0.2 + 2 * 0.05) / 7) < 1e-6);
	judge_add(&twice, &j);
	assert_int_equal(judge_bin(&twice, 9).cases, 4);
	assert_true(fabs(judge_bin(&twice, 9).confidence - 0.95) < 1e-6);
	judge_clear(&j);
	judge_clear(&twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calibration_is_told_by_tenths),
		cmocka_unit_test(figures_are_those_of_scikit_learn),
		cmocka_unit_test(bursts_and_traces_are_named_by_their_sums),
		cmocka_unit_test(the_order_of_cases_does_not_matter),
		cmocka_unit_test(confidences_fall_into_steps),
		cmocka_unit_test(repeats_add_up),
		cmocka_unit_test(traces_have_weights_of_their_own),
		cmocka_unit_test(nothing_judged_is_all_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
