/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codes.h"

#include <float.h>
#include <math.h>

#include "learn_data.h"

static void one_feature(struct dataset *d, const float *v, size_t n)
{
	dataset_init(d);
	assert_int_equal(names_add(&d->labels, "A"), 0);
	assert_int_equal(names_add(&d->features, "x"), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(dataset_add(d, &(struct dataset_row){ 0 }, &v[i]), 0);
}

/* Walking by floats must go the way that the ranks went in training. */
static void check_cuts(const struct codes *c, const struct dataset *d,
                       const uint32_t *rows)
{
	for (size_t i = 0; i < c->rows; i++) {
		float x = d->x[rows[i]];
		uint32_t rank = c->record[i * c->stride];

		assert_true(rank <= c->cuts[0]);
		if (rank < c->cuts[0])
			assert_true(x <= c->cut[0][rank]);
		if (rank > 0)
			assert_true(x > c->cut[0][rank - 1]);
	}
}

static void ranks_follow_the_values_and_cuts_part_them(void **state)
{
	const float v[] = { 0.0F,    -0.0F,
		            1.0F,    nextafterf(1.0F, 2.0F),
		            -1.0F,   nextafterf(-1.0F, 0.0F),
		            FLT_MAX, -FLT_MAX,
		            FLT_MIN, -FLT_MIN / 4,
		            1.0F,    3.0F };
	const uint16_t want[] = { 4, 4, 6, 7, 1, 2, 9, 0, 5, 3, 6, 8 };
	size_t n = sizeof(v) / sizeof(v[0]);
	uint32_t *rows = learn_rows(n);
	struct dataset d;
	struct codes c;

	(void)state;
	one_feature(&d, v, n);
	assert_int_equal(codes_make(&c, &d, rows, n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(c.record[i * c.stride], want[i]);
	assert_int_equal(c.cuts[0], 9);
	assert_true(c.cut[0][7] == 1.0F + (3.0F - 1.0F) / 2);
	for (uint32_t i = 0; i < c.cuts[0]; i++)
		assert_true(isfinite(c.cut[0][i]));
	check_cuts(&c, &d, rows);
	codes_clear(&c);
	dataset_clear(&d);
	free(rows);
}

static void too_many_values_share_ranks_evenly(void **state)
{
	size_t n = 150000;
	uint32_t *rows = learn_rows(n), *seen = calloc(65536, sizeof(*seen)), most = 0;
	float *v = malloc(n * sizeof(*v));
	struct dataset d;
	struct codes c;

	(void)state;
	assert_non_null(v);
	assert_non_null(seen);
	for (size_t i = 0; i < n; i++)
		v[i] = (float)(i * 7919 % n);
	one_feature(&d, v, n);
	assert_int_equal(codes_make(&c, &d, rows, n, NULL), 0);
	check_cuts(&c, &d, rows);
	assert_int_equal(c.cuts[0], 65535);
	for (size_t i = 0; i < n; i++)
		seen[c.record[i * c.stride]]++;
	for (size_t i = 0; i < 65536; i++)
		most = seen[i] > most ? seen[i] : most;
	assert_in_range(most, 1, 3);
	codes_clear(&c);
	dataset_clear(&d);
	free(v);
	free(rows);
	free(seen);
}

static void records_end_in_label_and_zeros(void **state)
{
	uint32_t *rows = learn_rows(50);
	struct dataset d;
	struct codes c;

	(void)state;
	learn_data(&d, 1024, 9, 50, 3);
	assert_int_equal(codes_make(&c, &d, rows, 50, NULL), 0);
	assert_int_equal(c.stride, 16);
	for (size_t i = 0; i < 50; i++) {
		const uint16_t *r = c.record + i * c.stride;

		assert_int_equal(CODES_LABEL(r[9]), d.row[i].label);
		assert_int_equal(CODES_WEIGHT(r[9]), 0);
		for (size_t j = 10; j < 16; j++)
			assert_int_equal(r[j], 0);
	}
	codes_clear(&c);
	dataset_clear(&d);
	free(rows);
}

/* Those that are no class's become one that is not named. */
static void what_is_taught_stands_in_the_records(void **state)
{
	uint32_t *rows = learn_rows(50), taught[50];
	struct dataset d;
	struct codes c;

	(void)state;
	learn_data(&d, 3, 2, 50, 3);
	for (size_t i = 0; i < 50; i++)
		taught[i] = i % 5 ? d.row[i].label : CODES_LEFT_OUT;
	assert_int_equal(codes_make(&c, &d, rows, 50, taught), 0);
	assert_int_equal(c.classes, 3);
	codes_clear(&c);
	taught[7] = CODES_NAMELESS;
	assert_int_equal(codes_make(&c, &d, rows, 50, taught), 0);
	assert_int_equal(c.classes, 4);
	assert_int_equal(c.named, 3);
	for (size_t i = 0; i < 50; i++)
		assert_int_equal(CODES_LABEL(c.record[i * c.stride + 2]),
		                 i == 7 ? 3 : d.row[i].label);
	codes_clear(&c);
	dataset_clear(&d);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranks_follow_the_values_and_cuts_part_them),
		cmocka_unit_test(too_many_values_share_ranks_evenly),
		cmocka_unit_test(records_end_in_label_and_zeros),
		cmocka_unit_test(what_is_taught_stands_in_the_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
