/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include "testing.h"

/* One judgement of cases, each a trace of its own. */
struct judged {
	struct judge sum;
	struct names classes, about;
	double score[2][JUDGE_SCORES];
	struct report report;
};

static void judged_init(struct judged *j, const uint32_t *truth, const uint32_t *best,
                        uint32_t n)
{
	struct judge_case cases[16];
	float weight[16][3] = { { 0 } };

	memset(j, 0, sizeof(*j));
	assert_true(judge_init(&j->sum, 3));
	for (uint32_t i = 0; i < n; i++) {
		cases[i] = (struct judge_case){ .truth = truth[i],
			                        .best = best[i],
			                        .confidence = 0.5F,
			                        .named = true,
			                        .trace = i,
			                        .burst = 1 };
		weight[i][best[i]] = 1;
	}
	assert_true(judge_cases(&j->sum, cases, n,
	                        &(struct judge_weights){ 3, weight[0], weight[0] }));
	judge_scores(&j->sum, j->score[0]);
	j->report = (struct report){ .classes = &j->classes,
		                     .about = &j->about,
		                     .sum = &j->sum,
		                     .repeats = 1,
		                     .score = (const double(*)[JUDGE_SCORES])j->score };
}

static void name_classes(struct judged *j, const char *a, const char *b, const char *c)
{
	assert_int_equal(names_add(&j->classes, a), 0);
	assert_int_equal(names_add(&j->classes, b), 1);
	assert_int_equal(names_add(&j->classes, c), 2);
}

static void judged_clear(struct judged *j)
{
	judge_clear(&j->sum);
	names_clear(&j->classes);
	names_clear(&j->about);
}

/* What put writes, ended by free(). */
static char *written(const struct judged *j,
                     void (*put)(const struct report *r, FILE *out))
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	put(&j->report, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* The example of the documentation of classification_report(). */
static void the_table_is_that_of_scikit_learn_0_19(void **state)
{
	const uint32_t truth[] = { 0, 1, 2, 2, 2 }, best[] = { 0, 0, 2, 2, 1 };
	static const char want[] =
		"             precision    recall  f1-score   support\n"
		"\n"
		"    class 0       0.50      1.00      0.67         1\n"
		"    class 1       0.00      0.00      0.00         1\n"
		"    class 2       1.00      0.67      0.80         3\n"
		"\n"
		"avg / total       0.70      0.60      0.61         5\n";
	struct judged j;
	char *text;

	(void)state;
	judged_init(&j, truth, best, 5);
	name_classes(&j, "class 0", "class 1", "class 2");
	text = written(&j, report_text);
	text[strlen(want)] = 0;
	assert_string_equal(text, want);
	free(text);
	judged_clear(&j);
}

static void classes_that_never_occur_are_left_out(void **state)
{
	const uint32_t truth[] = { 0, 2 }, best[] = { 0, 2 };
	struct judged j;
	char *text;

	(void)state;
	judged_init(&j, truth, best, 2);
	name_classes(&j, "here", "a very long name that never occurs", "there");
	text = written(&j, report_text);
	assert_non_null(strstr(text,
	                       "       here       1.00      1.00      1.00         1\n"
	                       "      there       1.00"));
	free(text);
	judged_clear(&j);
}

/* Of 0.5 and 0.9: mean 0.7, sample standard deviation 0.2828. */
static void repeats_have_mean_and_deviation(void **state)
{
	const uint32_t one[] = { 0 };
	struct judged j;
	double mean, sd;

	(void)state;
	judged_init(&j, one, one, 1);
	j.score[0][JUDGE_F1] = 0.5;
	j.score[1][JUDGE_F1] = 0.9;
	j.report.repeats = 2;
	report_score(&j.report, JUDGE_F1, &mean, &sd);
	assert_near(mean, 0.7, 1e-12);
	assert_near(sd, sqrt(0.08), 1e-12);
	j.report.repeats = 1;
	report_score(&j.report, JUDGE_F1, &mean, &sd);
	assert_near(sd, 0, 1e-12);
	judged_clear(&j);
}

static void the_curve_begins_with_all_and_ends_with_the_sure(void **state)
{
	const uint32_t truth[] = { 0, 1, 2, 2 }, best[] = { 0, 1, 2, 1 };
	double coverage, accuracy;
	struct judged j;

	(void)state;
	judged_init(&j, truth, best, 4);
	report_curve(&j.sum, 0, &coverage, &accuracy);
	assert_near(coverage, 1, 1e-12);
	assert_near(accuracy, 0.75, 1e-12);
	report_curve(&j.sum, 50, &coverage, &accuracy);
	assert_near(coverage, 1, 1e-12);
	report_curve(&j.sum, 51, &coverage, &accuracy);
	assert_near(coverage, 0, 1e-12);
	judged_clear(&j);
}

static void names_cannot_leave_their_place(void **state)
{
	const uint32_t truth[] = { 0, 1, 2 };
	struct judged j;
	char *text;

	(void)state;
	judged_init(&j, truth, truth, 3);
	name_classes(&j, "a\"\n", "<script>", "c");
	assert_int_equal(names_add(&j.about, "data=<&\">"), 0);
	text = written(&j, report_json);
	assert_non_null(strstr(text, "{\"name\":\"a\\\"\\u000a\","));
	assert_non_null(strstr(text, "{\"about\":{\"data\":\"<&\\\">\"},"));
	free(text);
	text = written(&j, report_html);
	assert_null(strstr(text, "<script>"));
	assert_non_null(strstr(text, "&lt;script&gt;"));
	assert_non_null(strstr(text, "&lt;&amp;&quot;&gt;"));
	free(text);
	text = written(&j, report_text);
	assert_non_null(strstr(text, " a\\\"\\x0a "));
	free(text);
	judged_clear(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_that_of_scikit_learn_0_19),
		cmocka_unit_test(classes_that_never_occur_are_left_out),
		cmocka_unit_test(repeats_have_mean_and_deviation),
		cmocka_unit_test(the_curve_begins_with_all_and_ends_with_the_sure),
		cmocka_unit_test(names_cannot_leave_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
