/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unknown.h"

#include "testing.h"

static struct unknown_doubts doubts(const float *x, size_t n, float line)
{
	struct unknown_doubts u = { 0 };

	for (size_t i = 0; i < n; i++)
		assert_int_equal(unknown_add(&u, x[i], x[i] > line), 0);
	return u;
}

static struct unknown_figures compare(const float *known, size_t n, const float *foreign,
                                      size_t m)
{
	struct unknown_doubts k = doubts(known, n, 0.55F), f = doubts(foreign, m, 0.55F);
	struct unknown_figures figures;

	unknown_compare(&k, &f, &figures);
	unknown_clear(&k);
	unknown_clear(&f);
	return figures;
}

/* scikit-learn's roc_auc_score of the same. */
static void equal_doubts_count_half(void **state)
{
	const float known[] = { 0.1F, 0.4F, 0.4F, 0.6F };
	const float foreign[] = { 0.6F, 0.4F, 0.9F };
	struct unknown_figures f = compare(known, 4, foreign, 3);

	(void)state;
	/* 0.6: 3.5, 0.4: 1 + 1, 0.9: 4 of 4 */
	assert_near(f.auroc, 9.5 / 12, 1e-12);
	assert_near(f.known_called, 0.25, 1e-12);
	assert_near(f.foreign_called, 2.0 / 3, 1e-12);
	/* None of four may be spared: the line is at 0.6. */
	assert_near(f.foreign_at_limit, 1.0 / 3, 1e-12);
}

static void one_known_in_twenty_may_be_beyond_the_line(void **state)
{
	const float foreign[] = { 39, 38, 37.5F, 37, 1 };
	float known[40];

	(void)state;
	for (int i = 0; i < 40; i++)
		known[i] = (float)(39 - i);
	/* Two are: 39 and 38. */
	assert_near(compare(known, 40, foreign, 5).foreign_at_limit, 0.6, 1e-12);
	for (int i = 30; i < 40; i++)
		known[i] = 50;
	assert_near(compare(known, 40, foreign, 5).foreign_at_limit, 0, 1e-12);
}

static void nothing_is_no_share(void **state)
{
	const float x[] = { 1 };
	struct unknown_figures f = compare(x, 0, x, 0);

	(void)state;
	assert_near(f.auroc + f.foreign_called + f.known_called + f.foreign_at_limit, 0,
	            1e-12);
	assert_near(compare(x, 0, x, 1).auroc, 0, 1e-12);
	assert_near(compare(x, 1, x, 1).auroc, 0.5, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_doubts_count_half),
		cmocka_unit_test(one_known_in_twenty_may_be_beyond_the_line),
		cmocka_unit_test(nothing_is_no_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
