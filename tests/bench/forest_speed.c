/* SPDX-License-Identifier: GPL-2.0-or-later */

/* How long our forest takes to learn and to vote.  Prints one line of KEY=NUMBER. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dataset.h"
#include "file.h"
#include "forest.h"

#define ONE_CALLS  2000
#define COLD_CALLS 300
#define BATCH_ROWS 10000
#define COLD_BYTES (8 << 20)

struct work {
	struct dataset data;
	struct forest *forest;
	uint32_t *votes;
	uint64_t sum; /* of votes, so that no call can be left out */
};

static double seconds(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t); /* these clocks always are there */
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void vote(struct work *w, size_t row)
{
	forest_votes(w->forest, w->data.x + row % w->data.rows * w->data.features.count,
	             w->votes);
	w->sum += w->votes[0];
}

/* Rows apart, so that no call walks where the last one did. */
static double one_row_ns(struct work *w, uint8_t *spoil)
{
	unsigned calls = spoil ? COLD_CALLS : ONE_CALLS;
	double ns[ONE_CALLS] = { 0 };

	for (unsigned i = 0; i < calls; i++) {
		double start;

		for (size_t b = 0; spoil && b < COLD_BYTES; b += 64)
			w->sum += spoil[b]++;
		start = seconds(CLOCK_MONOTONIC);
		vote(w, i * (size_t)7919);
		ns[i] = (seconds(CLOCK_MONOTONIC) - start) * 1e9;
	}
	qsort(ns, calls, sizeof(*ns), by_value);
	return ns[calls / 2];
}

static double batch_ns(struct work *w)
{
	size_t rows = w->data.rows < BATCH_ROWS ? w->data.rows : BATCH_ROWS;
	void *work = malloc(forest_work_size(w->forest, rows));
	double start;

	if (!work)
		return 0;
	start = seconds(CLOCK_PROCESS_CPUTIME_ID);
	forest_views(w->forest, w->data.x, rows, work, w->votes);
	start = seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
	w->sum += w->votes[0];
	free(work);
	return start * 1e9 / (double)rows;
}

static int learn(struct work *w, unsigned trees, unsigned threads, struct fault *f)
{
	struct forest_params p = forest_defaults();
	uint32_t *rows = malloc(w->data.rows * sizeof(*rows));

	if (!rows)
		return fault_set(f, -ENOMEM, "out of memory");
	for (size_t i = 0; i < w->data.rows; i++)
		rows[i] = (uint32_t)i;
	p.trees = trees;
	p.threads = threads;
	w->forest = forest_train(&(struct forest_rows){ &w->data, rows, w->data.rows },
	                         &p, NULL, f);
	free(rows);
	return w->forest ? 0 : -1;
}

static int load(struct work *w, const char *path, struct fault *f)
{
	uint8_t *text;
	size_t len;
	int err = file_read(path, &text, &len, f);

	if (err)
		return err;
	err = dataset_parse_csv(&w->data, (const char *)text, len, f);
	free(text);
	return err;
}

int main(int argc, char **argv)
{
	static uint8_t spoil[COLD_BYTES];
	struct work w = { 0 };
	struct fault f = { 0 };
	double cpu;

	if (argc != 4) {
		fputs("usage: forest_speed CSV TREES THREADS\n", stderr);
		return 2;
	}
	dataset_init(&w.data);
	if (load(&w, argv[1], &f))
		goto fail;
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	if (learn(&w, (unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]), &f))
		goto fail;
	printf("fit_s=%.4f", seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	w.votes = calloc((size_t)FOREST_VIEWS * forest_classes(w.forest) * BATCH_ROWS,
	                 sizeof(*w.votes));
	if (!w.votes)
		goto fail;
	(void)batch_ns(&w); /* pages and caches come in */
	printf(" batch_ns=%.0f", batch_ns(&w));
	printf(" one_ns=%.0f", one_row_ns(&w, NULL));
	printf(" cold_ns=%.0f sum=%llu\n", one_row_ns(&w, spoil),
	       (unsigned long long)w.sum);
	free(w.votes);
	forest_free(w.forest);
	dataset_clear(&w.data);
	return 0;

fail:
	fprintf(stderr, "forest_speed: %s\n", f.text);
	return 1;
}
