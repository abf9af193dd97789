/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calibrate.h"

#include <math.h>

#include "learn_data.h"

/* Values from scipy.stats.binom.sf(k - 1, n, p). */
static void tail_is_the_binomial_one(void **state)
{
	static const struct {
		uint64_t k, n;
		double p, want;
	} known[] = {
		{ 1, 1, 0.5, 0.5 },
		{ 22, 22, 0.9, 0.09847709021836118 },
		{ 21, 22, 0.9, 0.33919886630768847 },
		{ 95, 100, 0.9, 0.057576886487033893 },
		{ 50, 100, 0.9, 1 },
		{ 930, 1000, 0.9, 0.00057449584083797656 },
		{ 1000, 1000, 0.9, 1.7478712517226825e-46 },
		{ 180200, 200000, 0.9, 0.068349570553023528 },
		{ 179000, 200000, 0.9, 0.99999999999993405 },
		{ 190000, 200000, 0.9, 0 },
		{ 3, 200000, 1e-05, 0.32332358381468118 },
		{ 10, 1000, 0.001, 1.074283386846483e-07 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		double got = calibrate_tail(known[i].k, known[i].n, known[i].p);

		if (fabs(got - known[i].want) > 1e-8 * known[i].want + 1e-300)
			fail_msg("k %lu n %lu: %.15g", known[i].k, known[i].n, got);
	}
	assert_true(calibrate_tail(0, 5, 0.5) == 1);
	assert_true(calibrate_tail(6, 5, 0.5) == 0);
}

/* The sum over all outcomes, for every small n. */
static void tail_is_the_sum_of_its_terms(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < 40; n++) {
		double sum = 0, term = pow(0.3, (double)n);

		for (uint64_t k = n; k > 0; k--) {
			sum += term;
			assert_float_equal(calibrate_tail(k, n, 0.3), sum, 1e-12);
			term *= (double)k / (double)(n - k + 1) * 0.7 / 0.3;
		}
	}
}

struct sample {
	struct calibrate_votes v;
	uint32_t *votes, *trees, *label;
	float *prior;
};

/* Rows whose votes say class 0 with share s: s is drawn evenly from 0.5 to 1, and the
 * truth is class 0 with probability truth(s). */
static struct sample make_sample(size_t rows, double (*truth)(double))
{
	struct sample s = { .votes = calloc(rows * 2, 4),
		            .trees = calloc(rows, 4),
		            .label = calloc(rows, 4),
		            .prior = calloc(2, 4) };
	struct rng rng;

	rng_init(&rng, 5, 5);
	for (size_t i = 0; i < rows; i++) {
		double share = 0.5 + rng_unit(&rng) / 2;

		s.trees[i] = 40;
		s.votes[2 * i] = (uint32_t)(share * 40 * FOREST_UNIT);
		s.votes[2 * i + 1] = 40 * FOREST_UNIT - s.votes[2 * i];
		s.label[i] = rng_unit(&rng) >= truth(share);
	}
	s.prior[0] = s.prior[1] = 0.5F;
	s.v = (struct calibrate_votes){ rows, 2, s.votes, s.trees, s.label, s.prior };
	return s;
}

static void free_sample(struct sample *s)
{
	free(s->votes);
	free(s->trees);
	free(s->label);
	free(s->prior);
}

static double cubed(double s)
{
	return s * s * s / (s * s * s + (1 - s) * (1 - s) * (1 - s));
}

static double as_said(double s)
{
	return s;
}

static double always(double s)
{
	(void)s;
	return 1;
}

static void fit_finds_how_votes_were_bent(void **state)
{
	struct sample s = make_sample(20000, cubed);
	struct calibration c = calibrate_fit(&s.v);

	(void)state;
	assert_true(c.power > 2.5F && c.power < 3.6F && c.weight < 0.1F);
	free_sample(&s);
	s = make_sample(20000, as_said);
	c = calibrate_fit(&s.v);
	assert_true(c.power > 0.85F && c.power < 1.2F && c.weight < 0.1F);
	free_sample(&s);
}

static void apply_gives_probabilities(void **state)
{
	const struct calibration c = { 0.25F, 2.0F };
	const float prior[] = { 0.2F, 0.8F, 0 };
	const uint32_t votes[] = { 3 * FOREST_UNIT, FOREST_UNIT, 0 };
	double a = 0.75 + 0.05, b = 0.25 + 0.2;
	float p[3];

	(void)state;
	calibrate_apply(&c, prior, (struct calibrate_row){ votes, 3, 4 }, p);
	assert_float_equal(p[0], a * a / (a * a + b * b), 1e-6);
	assert_float_equal(p[1], b * b / (a * a + b * b), 1e-6);
	assert_float_equal(p[2], 0, 0);
}

/* The thresholds that the sample's votes give as they are. */
static void thresholds_of(const struct sample *s, float threshold[2])
{
	const struct calibration c = { 0.001F, 1.0F };
	struct calibrate_guess *guess = calloc(s->v.rows, sizeof(*guess));

	assert_non_null(guess);
	for (size_t i = 0; i < s->v.rows; i++) {
		const uint32_t *votes = s->v.votes + 2 * i;
		uint32_t best = votes[1] > votes[0];
		float p[2];

		calibrate_apply(&c, s->v.prior,
		                (struct calibrate_row){ votes, 2, s->v.trees[i] }, p);
		guess[i] =
			(struct calibrate_guess){ best, p[best], best == s->v.label[i] };
	}
	calibrate_thresholds(guess, s->v.rows, 2, 0.9, threshold);
	free(guess);
}

static void threshold_keeps_the_promised_precision(void **state)
{
	struct sample s = make_sample(20000, as_said);
	float threshold[2];

	(void)state;
	/* Right with probability s, evenly from t to 1: (1 + t) / 2 are right. */
	thresholds_of(&s, threshold);
	assert_float_equal(threshold[0], 0.8, 0.03);
	assert_true(threshold[1] == CALIBRATE_NEVER);
	free_sample(&s);
}

/* 0.9^21 > 0.1 >= 0.9^22. */
static void few_rows_cannot_promise(void **state)
{

	(void)state;
	for (size_t n = 20; n < 25; n++) {
		struct sample s = make_sample(n, always);
		float threshold[2];

		thresholds_of(&s, threshold);
		assert_int_equal(threshold[0] <= 1, n >= 22);
		free_sample(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tail_is_the_binomial_one),
		cmocka_unit_test(tail_is_the_sum_of_its_terms),
		cmocka_unit_test(fit_finds_how_votes_were_bent),
		cmocka_unit_test(apply_gives_probabilities),
		cmocka_unit_test(threshold_keeps_the_promised_precision),
		cmocka_unit_test(few_rows_cannot_promise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
