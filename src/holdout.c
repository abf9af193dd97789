/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holdout.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"

struct trace_of {
	const char *name, *label;
	uint32_t number;
};

static int by_label_and_name(const void *a, const void *b)
{
	const struct trace_of *x = a, *y = b;
	int order = strcmp(x->label, y->label);

	return order ? order : strcmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct trace_of *)a)->name,
	              ((const struct trace_of *)b)->name);
}

/* All traces that have rows, each with its class. */
static size_t list_traces(const struct dataset *d, struct trace_of *list)
{
	size_t n = 0;

	for (size_t i = 0; i < d->rows; i++) {
		uint32_t trace = d->row[i].trace;

		list[trace] = (struct trace_of){ d->traces.name[trace],
			                         d->labels.name[d->row[i].label], trace };
	}
	for (uint32_t t = 0; t < d->traces.count; t++)
		if (list[t].name)
			list[n++] = list[t];
	return n;
}

/* Fisher and Yates, from the end. */
static void shuffle(struct trace_of *list, size_t n, struct rng *r)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = rng_below(r, (uint32_t)i);
		struct trace_of t = list[i - 1];

		list[i - 1] = list[j];
		list[j] = t;
	}
}

static size_t learn_share(size_t n, double share)
{
	size_t k = (size_t)lround((double)n * share);

	if (k < 1 || n < 2)
		return 1;
	return k < n ? k : n - 1;
}

/* Move the traces to judge on to the front of the list; how many. */
static size_t draw(struct trace_of *list, size_t n, double share, struct rng *r)
{
	size_t drawn = 0;

	for (size_t from = 0, to; from < n; from = to) {
		size_t learn;

		for (to = from + 1; to < n; to++)
			if (strcmp(list[to].label, list[from].label) != 0)
				break;
		shuffle(list + from, to - from, r);
		learn = learn_share(to - from, share);
		memmove(list + drawn, list + from + learn,
		        (to - from - learn) * sizeof(*list));
		drawn += to - from - learn;
	}
	return drawn;
}

static void deal_rows(struct holdout *h, const struct dataset *d, const bool *judge)
{
	for (uint32_t i = 0; i < d->rows; i++) {
		if (judge[d->row[i].trace])
			h->judge[h->judge_count++] = i;
		else
			h->learn[h->learn_count++] = i;
	}
}

static bool reserve(struct holdout *h, const struct dataset *d)
{
	*h = (struct holdout){
		.learn = calloc(d->rows + 1, sizeof(*h->learn)),
		.judge = calloc(d->rows + 1, sizeof(*h->judge)),
		.judge_traces = calloc(d->traces.count + 1, sizeof(*h->judge_traces)),
	};
	return h->learn && h->judge && h->judge_traces;
}

/* The first drawn traces of the list are to judge on. */
static int deal(struct holdout *h, const struct dataset *d, struct trace_of *list,
                size_t drawn)
{
	bool *judge = calloc(d->traces.count + 1, sizeof(*judge));

	if (!judge)
		return -ENOMEM;
	qsort(list, drawn, sizeof(*list), by_name);
	h->judge_trace_count = (uint32_t)drawn;
	for (uint32_t i = 0; i < drawn; i++) {
		h->judge_traces[i] = list[i].number;
		judge[list[i].number] = true;
	}
	deal_rows(h, d, judge);
	free(judge);
	return 0;
}

int holdout_make(struct holdout *h, const struct dataset *d, double share, uint64_t seed,
                 uint64_t round)
{
	struct trace_of *list = calloc(d->traces.count + 1, sizeof(*list));
	struct rng r;
	int err = -ENOMEM;
	size_t n;

	if (reserve(h, d) && list) {
		n = list_traces(d, list);
		qsort(list, n, sizeof(*list), by_label_and_name);
		rng_init(&r, seed, round);
		err = deal(h, d, list, draw(list, n, share, &r));
	}
	free(list);
	return err;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void shuffle_rows(uint32_t *list, size_t n, struct rng *r)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = rng_below(r, (uint32_t)i);
		uint32_t row = list[i - 1];

		list[i - 1] = list[j];
		list[j] = row;
	}
}

int holdout_rows(struct holdout *h, const struct dataset *d, double share, uint64_t seed,
                 uint64_t round)
{
	uint32_t *list = calloc(d->rows + 1, sizeof(*list));
	int err = reserve(h, d) && list ? 0 : -ENOMEM;
	struct rng r;

	rng_init(&r, seed, round);
	for (uint32_t l = 0; l < d->labels.count && !err; l++) {
		size_t n = 0, learn;

		for (uint32_t i = 0; i < d->rows; i++)
			if (d->row[i].label == l)
				list[n++] = i;
		shuffle_rows(list, n, &r);
		learn = learn_share(n, share);
		for (size_t i = 0; i < n; i++)
			if (i < learn)
				h->learn[h->learn_count++] = list[i];
			else
				h->judge[h->judge_count++] = list[i];
	}
	if (!err) {
		qsort(h->learn, h->learn_count, sizeof(*h->learn), by_number);
		qsort(h->judge, h->judge_count, sizeof(*h->judge), by_number);
	}
	free(list);
	return err;
}

/* Move every folds-th trace of each class, from a place of the class's own on, to the
 * front; how many. */
static size_t draw_fold(struct trace_of *list, size_t n, unsigned folds, unsigned fold,
                        struct rng *r)
{
	size_t drawn = 0;

	for (size_t from = 0, to; from < n; from = to) {
		size_t skip = rng_below(r, folds);

		for (to = from + 1; to < n; to++)
			if (strcmp(list[to].label, list[from].label) != 0)
				break;
		shuffle(list + from, to - from, r);
		for (size_t i = from; i < to; i++)
			if ((i - from + skip) % folds == fold)
				list[drawn++] = list[i];
	}
	return drawn;
}

int holdout_fold(struct holdout *h, const struct dataset *d, unsigned folds,
                 unsigned fold, uint64_t seed)
{
	struct trace_of *list = calloc(d->traces.count + 1, sizeof(*list));
	struct rng r;
	int err = -ENOMEM;
	size_t n;

	if (reserve(h, d) && list) {
		n = list_traces(d, list);
		qsort(list, n, sizeof(*list), by_label_and_name);
		/* One order for all folds, and not that of any round of splits. */
		rng_init(&r, seed, 1ULL << 61);
		err = deal(h, d, list, draw_fold(list, n, folds, fold, &r));
	}
	free(list);
	return err;
}

int holdout_all(struct holdout *h, const struct dataset *d)
{
	struct trace_of *list = calloc(d->traces.count + 1, sizeof(*list));
	int err = -ENOMEM;

	if (reserve(h, d) && list)
		err = deal(h, d, list, list_traces(d, list));
	free(list);
	return err;
}

void holdout_clear(struct holdout *h)
{
	free(h->learn);
	free(h->judge);
	free(h->judge_traces);
	*h = (struct holdout){ 0 };
}
