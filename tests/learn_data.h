/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TESTS_LEARN_DATA_H
#define NFCLASS_TESTS_LEARN_DATA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataset.h"
#include "rng.h"

/* Rows that the tests make up.  Feature 0 tells classes apart with noise, feature 1 is
 * the same for all, feature 2 has few values, and the rest is noise. */
static inline void learn_data(struct dataset *d, unsigned classes, unsigned features,
                              size_t rows, uint64_t seed)
{
	struct rng rng;
	char name[32];
	float x[128];

	rng_init(&rng, seed, 0);
	dataset_init(d);
	for (unsigned c = 0; c < classes; c++) {
		snprintf(name, sizeof(name), "class%04u", c);
		assert_int_equal(names_add(&d->labels, name), c);
	}
	for (unsigned f = 0; f < features; f++) {
		snprintf(name, sizeof(name), "f%u", f);
		assert_int_equal(names_add(&d->features, name), f);
	}
	assert_int_equal(names_add(&d->traces, "all"), 0);
	for (size_t i = 0; i < rows; i++) {
		struct dataset_row row = { .label = rng_below(&rng, classes),
			                   .burst = i };

		for (unsigned f = 0; f < features; f++)
			x[f] = (float)rng_unit(&rng) * 100 - 50;
		x[0] = (float)row.label + (float)rng_unit(&rng) * 1.5F;
		if (features > 1)
			x[1] = 7;
		if (features > 2)
			x[2] = (float)(rng_below(&rng, 5) + row.label % 2);
		assert_int_equal(dataset_add(d, &row, x), 0);
	}
}

/* 0, 1, ... count - 1, to be ended by free(). */
static inline uint32_t *learn_rows(size_t count)
{
	uint32_t *rows = malloc((count ? count : 1) * sizeof(*rows));

	assert_non_null(rows);
	for (size_t i = 0; i < count; i++)
		rows[i] = (uint32_t)i;
	return rows;
}

#endif
