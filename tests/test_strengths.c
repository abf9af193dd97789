/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "strengths.h"

#include <math.h>

#include "learn_data.h"

/* Traces of two apps in turn, each of bursts of two flows, one every ten seconds. */
enum { TRACES = 60, BURSTS = 6, FLOWS = 2, ROWS = TRACES * BURSTS * FLOWS };

struct fixture {
	struct dataset d;
	uint32_t *row, trees[ROWS];
	float p[ROWS * EVIDENCE_VIEWS * 2];
	struct forest_rows rows;
	struct strengths_lesson lesson;
};

static const float prior[2] = { 0.5F, 0.5F };

static void add_row(struct fixture *x, uint32_t i)
{
	uint32_t trace = i / (BURSTS * FLOWS), burst = i / FLOWS % BURSTS;
	struct dataset_row row = { .label = trace % 2, .trace = trace, .burst = burst };
	char name[32];

	snprintf(name, sizeof(name), "trace%u", trace);
	assert_int_equal(names_add(&x->d.traces, name), trace);
	row.ends = (struct flow_ends){ addr_v4(trace), addr_v4(1), 1000, 443, 6 };
	row.ends.client_port += i % (BURSTS * FLOWS);
	row.first = mono_ms(1000000 * trace + 10000 * burst);
	row.last = mono_add(row.first, mono_ms(1000));
	assert_int_equal(dataset_add(&x->d, &row, (float[]){ 0 }), 0);
}

/* Trees name the class of so many flows rightly, always with the same confidence. */
static struct fixture *fixture(double right, float confidence)
{
	static struct fixture x;
	struct rng rng;

	rng_init(&rng, 7, 0);
	dataset_init(&x.d);
	x.d.has_ends = true;
	assert_int_equal(names_add(&x.d.features, "f"), 0);
	assert_int_equal(names_add(&x.d.labels, "one"), 0);
	assert_int_equal(names_add(&x.d.labels, "two"), 1);
	for (uint32_t i = 0; i < ROWS; i++) {
		add_row(&x, i);
		uint32_t named = x.d.row[i].label ^ (rng_unit(&rng) >= right);

		for (size_t v = 2 * i; v < 2 * i + 2; v++) {
			x.p[2 * v + named] = confidence;
			x.p[2 * v + !named] = 1 - confidence;
		}
		x.trees[i] = 50;
	}
	x.row = learn_rows(ROWS);
	x.rows = (struct forest_rows){ &x.d, x.row, ROWS };
	x.lesson = (struct strengths_lesson){
		&x.rows, 2, prior, x.p, x.trees, { 1, 10000, mono_ms(1000), { 0 } }
	};
	return &x;
}

static void clear(struct fixture *x)
{
	dataset_clear(&x->d);
	free(x->row);
}

/* Mean over all rows, each trace by itself. */
static double loss_of(const struct fixture *x, const struct evidence_strengths *s)
{
	struct weigh_params w = { 2, prior, *s };
	static float q[ROWS * 2], novelty[ROWS];
	double sum = 0;

	assert_int_equal(weigh_rows(&x->rows, &w, x->p, q, novelty), 0);
	for (size_t i = 0; i < ROWS; i++)
		sum -= log((double)q[2 * i + x->d.row[i].label]);
	return sum / ROWS;
}

static void good_neighbours_are_trusted_more(void **state)
{
	struct fixture *x = fixture(0.85, 0.65F);
	struct evidence_strengths s, usual = evidence_defaults();

	(void)state;
	assert_int_equal(strengths_learn(&x->lesson, &s), 0);
	assert_true(loss_of(x, &s) < 0.7 * loss_of(x, &usual));
	assert_true(s.part[EVIDENCE_OWN] > usual.part[EVIDENCE_OWN]);
	clear(x);
}

/* Whatever says nothing of the class is not believed, however sure it is of itself. */
static void noise_is_not_trusted(void **state)
{
	struct fixture *x = fixture(0.5, 0.95F);
	struct evidence_strengths s, usual = evidence_defaults();

	(void)state;
	assert_true(loss_of(x, &usual) > 1);
	assert_int_equal(strengths_learn(&x->lesson, &s), 0);
	assert_true(loss_of(x, &s) < log(2) + 0.02);
	clear(x);
}

static void assert_same(const struct evidence_strengths *a,
                        const struct evidence_strengths *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

static void learning_repeats_itself(void **state)
{
	struct fixture *x = fixture(0.8, 0.8F);
	struct evidence_strengths s, again;

	(void)state;
	assert_int_equal(strengths_learn(&x->lesson, &s), 0);
	assert_int_equal(strengths_learn(&x->lesson, &again), 0);
	assert_same(&s, &again);
	clear(x);
}

/* Rows that every tree has seen say nothing, whatever is said of them. */
static void rows_that_were_seen_teach_nothing(void **state)
{
	struct fixture *x = fixture(0.8, 0.8F);
	struct evidence_strengths s, usual = evidence_defaults();

	(void)state;
	memset(x->trees, 0, sizeof(x->trees));
	assert_int_equal(strengths_learn(&x->lesson, &s), 0);
	assert_same(&s, &usual);
	clear(x);
}

/* Nothing can be laid over anything without times: single traces must do. */
static void learns_without_ends(void **state)
{
	struct fixture *x = fixture(0.85, 0.65F);
	struct evidence_strengths s, usual = evidence_defaults();

	(void)state;
	x->d.has_ends = false;
	assert_int_equal(strengths_learn(&x->lesson, &s), 0);
	assert_true(loss_of(x, &s) < 0.7 * loss_of(x, &usual));
	clear(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_neighbours_are_trusted_more),
		cmocka_unit_test(noise_is_not_trusted),
		cmocka_unit_test(learning_repeats_itself),
		cmocka_unit_test(rows_that_were_seen_teach_nothing),
		cmocka_unit_test(learns_without_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
