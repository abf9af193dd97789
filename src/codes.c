/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"

/* Halfway from a to the next value b, but never b itself: x <= cut keeps them apart even
 * where no float lies between. */
static float cut_between(float a, float b)
{
	float mid = (float)(a + ((double)b - a) / 2);

	return mid < b ? mid : a;
}

/* Sort by the upper halves: three stable passes over 11, 11 and 10 bits.  The result is
 * in v, work is as large. */
static void sort_pairs(uint64_t *v, uint64_t *work, size_t n)
{
	for (unsigned shift = 32; shift < 64; shift += 11) {
		uint32_t at[2048] = { 0 }, sum = 0;

		for (size_t i = 0; i < n; i++)
			at[v[i] >> shift & 2047]++;
		for (int d = 0; d < 2048; d++) {
			uint32_t here = at[d];

			at[d] = sum;
			sum += here;
		}
		for (size_t i = 0; i < n; i++)
			work[at[v[i] >> shift & 2047]++] = v[i];
		memcpy(v, work, n * sizeof(*v));
	}
}

static size_t count_distinct(const uint64_t *pair, size_t n)
{
	size_t distinct = n > 0;

	for (size_t i = 1; i < n; i++)
		distinct += pair[i] >> 32 != pair[i - 1] >> 32;
	return distinct;
}

/* Hand out ranks along the sorted pairs.  With too many distinct values a new rank begins
 * where the next 65,536th part of the rows does. */
static int rank_feature(struct codes *c, unsigned feature, const uint64_t *pair)
{
	size_t n = c->rows, distinct = count_distinct(pair, n), room;
	uint32_t rank = 0;
	size_t part = 0;
	float *cut;

	room = distinct < 65536 ? distinct : 65536;
	cut = malloc((room ? room : 1) * sizeof(*cut));
	if (!cut)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t here = distinct <= 65536 ? i : i * 65536 / n;
		uint32_t value = (uint32_t)(pair[i] >> 32);
		uint32_t before = i ? (uint32_t)(pair[i - 1] >> 32) : value;

		if (value != before && here != part) {
			cut[rank++] =
				cut_between(order_float(before), order_float(value));
			part = here;
		}
		c->record[(uint32_t)pair[i] * c->stride + feature] = (uint16_t)rank;
	}
	c->cut[feature] = cut;
	c->cuts[feature] = rank;
	return 0;
}

static int rank_all(struct codes *c, const struct dataset *d, const uint32_t *rows)
{
	uint64_t *pair = calloc(2 * c->rows + 1, sizeof(*pair));
	int err = pair ? 0 : -ENOMEM;

	for (unsigned f = 0; f < c->features && !err; f++) {
		for (size_t i = 0; i < c->rows; i++) {
			float x = d->x[(size_t)rows[i] * c->features + f];

			/* The two zeros are one. */
			pair[i] = (uint64_t)order_of(x + 0.0F) << 32 | i;
		}
		sort_pairs(pair, pair + c->rows, c->rows);
		err = rank_feature(c, f, pair);
	}
	free(pair);
	return err;
}

/* Classes of the records, of which one that is not named is the last. */
static void put_labels(struct codes *c, const struct dataset *d, const uint32_t *rows,
                       const uint32_t *taught)
{
	for (size_t i = 0; i < c->rows; i++) {
		uint32_t label = d->row[rows[i]].label;

		if (taught && taught[i] == CODES_NAMELESS) {
			label = c->named;
			c->classes = c->named + 1;
		}
		c->record[i * c->stride + c->features] = CODES_TAIL(0, label);
	}
}

int codes_make(struct codes *c, const struct dataset *d, const uint32_t *rows,
               size_t count, const uint32_t *taught)
{
	*c = (struct codes){ .features = d->features.count,
		             .classes = d->labels.count,
		             .named = d->labels.count,
		             .rows = count };
	c->stride = (c->features + 1 + 7) / 8 * 8;
	c->record = calloc(count * c->stride + 1, sizeof(*c->record));
	if (!c->record)
		return -ENOMEM;
	put_labels(c, d, rows, taught);
	return rank_all(c, d, rows);
}

void codes_clear(struct codes *c)
{
	for (unsigned f = 0; f < c->features; f++)
		free(c->cut[f]);
	free(c->record);
	*c = (struct codes){ 0 };
}
