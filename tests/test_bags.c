/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include "bags.h"

/* Two classes, "a" with traces traces of three rows each and "b" with six of one, rows
 * in turn. */
static void make(struct dataset *d, uint32_t traces)
{
	const float x[1] = { 0 };
	char name[16];

	dataset_init(d);
	assert_int_equal(names_add(&d->features, "f"), 0);
	assert_int_equal(names_add(&d->labels, "a"), 0);
	assert_int_equal(names_add(&d->labels, "b"), 1);
	for (uint32_t i = 0; i < 3 * traces + 6; i++) {
		bool is_a = i < 3 * traces;
		struct dataset_row row = { .label = !is_a };

		(void)snprintf(name, sizeof(name), "%c/%u", is_a ? 'a' : 'b',
		               is_a ? i % traces : i);
		row.trace = names_add(&d->traces, name);
		assert_int_equal(dataset_add(d, &row, x), 0);
	}
}

static uint32_t *all_rows(const struct dataset *d)
{
	uint32_t *rows = calloc(d->rows, sizeof(*rows));

	assert_non_null(rows);
	for (uint32_t i = 0; i < d->rows; i++)
		rows[i] = i;
	return rows;
}

static void rows_of_a_trace_share_a_bag(void **state)
{
	struct dataset d;
	struct bags b;
	uint32_t *rows;

	(void)state;
	make(&d, 7);
	rows = all_rows(&d);
	assert_int_equal(bags_make(&b, &d, rows, d.rows), 1);
	assert_int_equal(b.first[0], 0);
	assert_int_equal(b.first[1], 7);
	assert_int_equal(b.first[2], 13);
	for (size_t i = 0; i < d.rows; i++)
		for (size_t k = 0; k < d.rows; k++)
			assert_int_equal(b.bag[i] == b.bag[k],
			                 d.row[i].trace == d.row[k].trace);
	bags_clear(&b);
	free(rows);
	dataset_clear(&d);
}

static void draws_each_class_as_often_as_it_has_traces(void **state)
{
	uint16_t times[13];
	struct dataset d;
	struct bags b;
	struct rng rng;
	uint32_t *rows;
	unsigned never = 0;

	(void)state;
	make(&d, 7);
	rows = all_rows(&d);
	assert_int_equal(bags_make(&b, &d, rows, d.rows), 1);
	for (uint64_t tree = 0; tree < 1000; tree++) {
		unsigned sum[2] = { 0 };

		rng_init(&rng, 1, tree);
		bags_draw(&b, &rng, times, 63);
		for (int i = 0; i < 13; i++) {
			sum[i >= 7] += times[i];
			never += times[i] == 0;
		}
		assert_int_equal(sum[0], 7);
		assert_int_equal(sum[1], 6);
	}
	/* (1 - 1/7)^7 of 7 and (1 - 1/6)^6 of 6 stay out: 4.39 a tree. */
	assert_in_range(never, 4200, 4580);
	bags_clear(&b);
	free(rows);
	dataset_clear(&d);
}

static void a_class_of_few_traces_cannot_be_bagged(void **state)
{
	struct dataset d;
	struct bags b;
	uint32_t *rows;

	(void)state;
	make(&d, BAGS_LEAST - 1);
	rows = all_rows(&d);
	assert_int_equal(bags_make(&b, &d, rows, d.rows), 0);
	bags_clear(&b);
	/* Without its rows the class does not matter. */
	assert_int_equal(bags_make(&b, &d, rows + 3 * (BAGS_LEAST - 1), 6), 1);
	bags_clear(&b);
	free(rows);
	dataset_clear(&d);
}

static double weight_of(const struct dataset *d, const double *upto, uint32_t label)
{
	double sum = 0;

	for (size_t i = 0; i < d->rows; i++)
		if (d->row[i].label == label)
			sum += upto[i] - (i ? upto[i - 1] : 0);
	return sum;
}

static void classes_can_weigh_the_same(void **state)
{
	struct dataset d;
	uint32_t *rows;
	double *upto, plain, half;

	(void)state;
	make(&d, 7);
	rows = all_rows(&d);
	upto = calloc(d.rows, sizeof(*upto));
	assert_int_equal(bags_weights(&d, rows, d.rows, (struct bags_powers){ 0.5, 0 },
	                              upto),
	                 0);
	plain = weight_of(&d, upto, 0) / weight_of(&d, upto, 1);
	assert_true(fabs(plain - 1) > 0.05);
	assert_int_equal(bags_weights(&d, rows, d.rows, (struct bags_powers){ 0.5, 1 },
	                              upto),
	                 0);
	assert_near(weight_of(&d, upto, 0), weight_of(&d, upto, 1), 1e-9);
	assert_near(upto[d.rows - 1], d.rows, 1e-9);
	assert_int_equal(bags_weights(&d, rows, d.rows, (struct bags_powers){ 0.5, 0.5 },
	                              upto),
	                 0);
	half = weight_of(&d, upto, 0) / weight_of(&d, upto, 1);
	assert_near(half * half, plain, 1e-9);
	free(upto);
	free(rows);
	dataset_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_can_weigh_the_same),
		cmocka_unit_test(rows_of_a_trace_share_a_bag),
		cmocka_unit_test(draws_each_class_as_often_as_it_has_traces),
		cmocka_unit_test(a_class_of_few_traces_cannot_be_bagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
