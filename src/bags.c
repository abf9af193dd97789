/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bags.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NO_LABEL UINT32_MAX

/* The class of each trace that has rows. */
static void find_labels(uint32_t *label, const struct dataset *d, const uint32_t *rows,
                        size_t count)
{
	for (uint32_t t = 0; t < d->traces.count; t++)
		label[t] = NO_LABEL;
	for (size_t i = 0; i < count; i++)
		label[d->row[rows[i]].trace] = d->row[rows[i]].label;
}

/* Number the traces class by class: number[trace].  Fills b->first. */
static void number_traces(struct bags *b, const uint32_t *label, uint32_t *number,
                          uint32_t traces)
{
	uint32_t next = 0;

	for (uint32_t c = 0; c < b->classes; c++) {
		b->first[c] = next;
		for (uint32_t t = 0; t < traces; t++)
			if (label[t] == c)
				number[t] = next++;
	}
	b->first[b->classes] = next;
}

static bool enough(const struct bags *b)
{
	for (uint32_t c = 0; c < b->classes; c++) {
		uint32_t n = b->first[c + 1] - b->first[c];

		if (n > 0 && n < BAGS_LEAST)
			return false;
	}
	return true;
}

int bags_make(struct bags *b, const struct dataset *d, const uint32_t *rows, size_t count)
{
	uint32_t *label = calloc(d->traces.count + 1, sizeof(*label));
	uint32_t *number = calloc(d->traces.count + 1, sizeof(*number));
	int result = -ENOMEM;

	*b = (struct bags){ .bag = calloc(count, sizeof(*b->bag)),
		            .first = calloc(d->labels.count + 1, sizeof(*b->first)),
		            .classes = d->labels.count };
	if (label && number && b->bag && b->first) {
		find_labels(label, d, rows, count);
		number_traces(b, label, number, d->traces.count);
		for (size_t i = 0; i < count; i++)
			b->bag[i] = number[d->row[rows[i]].trace];
		result = enough(b);
	}
	free(label);
	free(number);
	return result;
}

void bags_clear(struct bags *b)
{
	free(b->bag);
	free(b->first);
	*b = (struct bags){ 0 };
}

void bags_draw(const struct bags *b, struct rng *rng, uint16_t *times, uint16_t most)
{
	memset(times, 0, b->first[b->classes] * sizeof(*times));
	for (uint32_t c = 0; c < b->classes; c++) {
		uint32_t n = b->first[c + 1] - b->first[c];

		for (uint32_t i = 0; i < n; i++) {
			uint16_t *t = &times[b->first[c] + rng_below(rng, n)];

			*t += *t < most;
		}
	}
}

/* By trace and by class, what its rows weigh. */
struct sums {
	double *trace, *class;
};

static void add_row(const struct dataset_row *row, struct bags_powers power,
                    const struct sums *sum, double *weight)
{
	*weight = pow(sum->trace[row->trace], -power.trace);
	sum->class[row->label] += *weight;
}

int bags_weights(const struct dataset *d, const uint32_t *rows, size_t count,
                 struct bags_powers power, double *upto)
{
	struct sums by = { calloc((size_t)d->traces.count + 1, sizeof(*by.trace)),
		           calloc((size_t)d->labels.count + 1, sizeof(*by.class)) };
	bool ok = by.trace && by.class;
	double sum = 0;

	for (size_t i = 0; ok && i < count; i++)
		by.trace[d->row[rows[i]].trace]++;
	for (size_t i = 0; ok && i < count; i++)
		add_row(&d->row[rows[i]], power, &by, &upto[i]);
	for (size_t i = 0; ok && i < count; i++) {
		sum += upto[i] * pow(by.class[d->row[rows[i]].label], -power.class);
		upto[i] = sum;
	}
	for (size_t i = 0; ok && i < count; i++)
		upto[i] /= sum / (double)count;
	free(by.trace);
	free(by.class);
	return ok ? 0 : -ENOMEM;
}
