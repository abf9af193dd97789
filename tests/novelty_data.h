/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TESTS_NOVELTY_DATA_H
#define NFCLASS_TESTS_NOVELTY_DATA_H

#include "novelty.h"
#include "rng.h"
#include "testing.h"

#define FEATURES 20 /* more than are compared at once */
#define TRACES   40
#define ROWS     (TRACES * 25)

/* Two classes around two places, traces a little beside them.  The last feature is noise
 * without bounds worth keeping. */
static inline void put_row(struct rng *rng, uint32_t label, double aside, float *x)
{
	for (unsigned f = 0; f < FEATURES; f++)
		x[f] = (float)((label ? 40 : 10) + f + aside + 4 * rng_unit(rng));
	x[FEATURES - 1] = (float)(1e6 * rng_unit(rng));
}

static inline void fill(struct dataset *d, uint32_t *rows)
{
	struct rng rng;
	char name[32];
	float x[FEATURES];

	rng_init(&rng, 7, 0);
	dataset_init(d);
	for (unsigned f = 0; f < FEATURES; f++) {
		snprintf(name, sizeof(name), "f%u", f);
		assert_int_equal(names_add(&d->features, name), f);
	}
	assert_int_equal(names_add(&d->labels, "A"), 0);
	assert_int_equal(names_add(&d->labels, "B"), 1);
	for (uint32_t t = 0; t < TRACES; t++) {
		double aside = rng_unit(&rng);

		snprintf(name, sizeof(name), "%u", t);
		assert_int_equal(names_add(&d->traces, name), t);
		for (uint32_t i = 0; i < ROWS / TRACES; i++) {
			struct dataset_row row = { .label = t % 2, .trace = t };

			put_row(&rng, row.label, aside, x);
			rows[d->rows] = (uint32_t)d->rows;
			assert_int_equal(dataset_add(d, &row, x), 0);
		}
	}
}

struct learned {
	struct dataset d;
	uint32_t rows[ROWS];
	float unseen[ROWS];
	struct novelty n;
};

static inline void learn(struct learned *l, const bool *only, uint64_t seed)
{
	fill(&l->d, l->rows);
	l->n = (struct novelty){ 0 };
	assert_int_equal(novelty_learn(&l->n,
	                               &(struct forest_rows){ &l->d, l->rows, ROWS },
	                               only, seed, l->unseen),
	                 0);
}

static inline void forget(struct learned *l)
{
	dataset_clear(&l->d);
	novelty_clear(&l->n);
}

#endif
