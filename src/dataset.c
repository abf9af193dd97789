/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

void dataset_init(struct dataset *d)
{
	*d = (struct dataset){ 0 };
}

void dataset_clear(struct dataset *d)
{
	names_clear(&d->labels);
	names_clear(&d->traces);
	names_clear(&d->features);
	free(d->row);
	free(d->x);
	dataset_init(d);
}

static int grow(struct dataset *d)
{
	size_t room = d->room ? 2 * d->room : 64;
	size_t wide = d->features.count ? d->features.count : 1;
	struct dataset_row *row = reallocarray(d->row, room, sizeof(*row));
	float *x;

	if (!row)
		return -ENOMEM;
	d->row = row;
	x = reallocarray(d->x, room, wide * sizeof(*x));
	if (!x)
		return -ENOMEM;
	d->x = x;
	d->room = room;
	return 0;
}

int dataset_add(struct dataset *d, const struct dataset_row *row, const float *x)
{
	size_t wide = d->features.count;
	int err = d->rows == d->room ? grow(d) : 0;

	if (err)
		return err;
	d->row[d->rows] = *row;
	for (size_t i = 0; i < wide; i++)
		d->x[d->rows * wide + i] = x[i];
	d->rows++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int dataset_sort_labels(struct dataset *d)
{
	uint32_t count = d->labels.count;
	char **sorted = calloc(count + 1, sizeof(*sorted));
	struct names fresh = { 0 };

	if (!sorted)
		return -ENOMEM;
	if (count)
		memcpy(sorted, d->labels.name, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_name);
	for (uint32_t i = 0; i < count; i++)
		if (names_add(&fresh, sorted[i]) == NAMES_NONE)
			goto fail;
	for (size_t i = 0; i < d->rows; i++)
		d->row[i].label = names_find(&fresh, d->labels.name[d->row[i].label]);
	free(sorted);
	names_clear(&d->labels);
	d->labels = fresh;
	return 0;

fail:
	free(sorted);
	names_clear(&fresh);
	return -ENOMEM;
}

static int copy_names(struct names *to, const struct names *from, const bool *which)
{
	for (uint32_t i = 0; i < from->count; i++)
		if ((!which || which[i]) && names_add(to, from->name[i]) == NAMES_NONE)
			return -ENOMEM;
	return 0;
}

int dataset_pick(struct dataset *out, const struct dataset *d, const uint32_t *rows,
                 size_t count)
{
	bool *occurs = calloc((size_t)d->labels.count + 1, sizeof(*occurs));
	int err = occurs ? 0 : -ENOMEM;

	out->has_ends = d->has_ends;
	out->torn = d->torn;
	for (size_t i = 0; i < count && !err; i++)
		occurs[d->row[rows[i]].label] = true;
	if (err || copy_names(&out->labels, &d->labels, occurs) < 0 ||
	    copy_names(&out->traces, &d->traces, NULL) < 0 ||
	    copy_names(&out->features, &d->features, NULL) < 0)
		err = -ENOMEM;
	free(occurs);
	for (size_t i = 0; i < count && !err; i++) {
		struct dataset_row row = d->row[rows[i]];

		row.label = names_find(&out->labels, d->labels.name[row.label]);
		err = dataset_add(out, &row, d->x + (size_t)rows[i] * d->features.count);
	}
	return err;
}

static uint64_t digest_u64(uint64_t h, uint64_t v)
{
	uint8_t b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (uint8_t)(v >> 8 * i);
	return hash_fnv(h, b, sizeof(b));
}

static uint64_t digest_names(uint64_t h, const struct names *n)
{
	h = digest_u64(h, n->count);
	for (uint32_t i = 0; i < n->count; i++)
		h = hash_fnv(h, n->name[i], strlen(n->name[i]) + 1);
	return h;
}

static uint64_t digest_row(uint64_t h, const struct dataset_row *r)
{
	uint64_t v[] = { (uint64_t)r->label << 32 | r->trace,
		         r->burst,
		         r->ends.client.hi,
		         r->ends.client.lo,
		         r->ends.server.hi,
		         r->ends.server.lo,
		         (uint64_t)r->ends.client_port << 24 |
		                 (uint64_t)r->ends.server_port << 8 | r->ends.proto,
		         (uint64_t)r->first.us,
		         (uint64_t)r->last.us,
		         r->pkts[0],
		         r->pkts[1],
		         r->bytes[0],
		         r->bytes[1] };

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		h = digest_u64(h, v[i]);
	return h;
}

uint64_t dataset_digest(const struct dataset *d)
{
	size_t values = d->rows * d->features.count;
	uint64_t h = digest_u64(HASH_FNV_INIT, d->rows);

	h = digest_names(h, &d->labels);
	h = digest_names(h, &d->traces);
	h = digest_names(h, &d->features);
	h = digest_u64(h, d->has_ends);
	for (size_t i = 0; i < d->rows; i++)
		h = digest_row(h, &d->row[i]);
	for (size_t i = 0; i < values; i++) {
		uint32_t bits;

		memcpy(&bits, &d->x[i], sizeof(bits));
		for (int b = 0; b < 4; b++)
			h = hash_fnv(h, &(uint8_t){ (uint8_t)(bits >> 8 * b) }, 1);
	}
	return h;
}
