/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "early.h"

#include "testing.h"

static struct judge_case of(uint32_t truth, uint32_t best, bool named)
{
	return (struct judge_case){ .truth = truth, .best = best, .named = named };
}

static void put(struct judge *j, struct judge_case c)
{
	judge_one(j, &c);
}

static void points_rise_and_end_with_all(void **state)
{
	struct early e;

	(void)state;
	assert_true(early_init(&e, 2));
	for (unsigned i = 1; i + 1 < EARLY_POINTS; i++)
		assert_true(e.point[i].packets > e.point[i - 1].packets);
	assert_int_equal(e.point[EARLY_POINTS - 1].packets, 0);
	early_clear(&e);
}

/* Four burst-flows, two of which had so many packets: one is wrong and named at first,
 * one right and Unknown, and in the end both are right. */
static void scores_tell_early_from_final(void **state)
{
	struct early_scores s;
	struct early e;
	struct early_point *p;

	(void)state;
	assert_true(early_init(&e, 2));
	p = &e.point[0];
	put(&p->all, of(0, 1, true));
	put(&p->all, of(0, 0, false));
	put(&p->all, of(1, 1, true));
	put(&p->all, of(1, 1, true));
	put(&p->reached, of(0, 1, true));
	put(&p->reached, of(0, 0, false));
	put(&p->later, of(0, 0, true));
	put(&p->later, of(0, 0, true));
	s = early_scores(p);
	assert_float_equal(s.accuracy, 0.75, 1e-9);
	assert_float_equal(s.coverage, 0.75, 1e-9);
	assert_float_equal(s.named_accuracy, 2 / 3.0, 1e-9);
	assert_float_equal(s.reached, 0.5, 1e-9);
	assert_float_equal(s.reached_accuracy, 0.5, 1e-9);
	assert_float_equal(s.reached_coverage, 0.5, 1e-9);
	assert_float_equal(s.reached_named_accuracy, 0, 1e-9);
	assert_float_equal(s.later_accuracy, 1, 1e-9);
	s = early_scores(&e.point[1]);
	assert_float_equal(s.accuracy + s.reached + s.f1, 0, 0);
	early_clear(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_rise_and_end_with_all),
		cmocka_unit_test(scores_tell_early_from_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
