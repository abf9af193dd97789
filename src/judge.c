/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool judge_init(struct judge *j, uint32_t classes)
{
	*j = (struct judge){ .classes = classes };
	j->matrix = calloc((size_t)classes * classes + 1, sizeof(*j->matrix));
	j->named = calloc((size_t)classes + 1, sizeof(*j->named));
	j->named_right = calloc((size_t)classes + 1, sizeof(*j->named_right));
	return j->matrix && j->named && j->named_right;
}

void judge_clear(struct judge *j)
{
	free(j->matrix);
	free(j->named);
	free(j->named_right);
	*j = (struct judge){ 0 };
}

/* The last step, of certainty, is of the last bin. */
static unsigned bin_of(unsigned step)
{
	unsigned bin = step / (JUDGE_STEPS / JUDGE_BINS);

	return bin < JUDGE_BINS ? bin : JUDGE_BINS - 1;
}

void judge_one(struct judge *j, const struct judge_case *c)
{
	bool right = c->best == c->truth;
	float place = c->confidence * JUDGE_STEPS;
	unsigned step = place < JUDGE_STEPS ? (unsigned)place : JUDGE_STEPS;

	j->matrix[(size_t)c->truth * j->classes + c->best]++;
	j->named[c->truth] += c->named;
	j->named_right[c->truth] += c->named && right;
	j->step[step]++;
	j->step_right[step] += right;
	j->confidence[bin_of(step)] += (double)c->confidence;
}

/* Cases with their numbers, so that the sums of a group can find their weights. */
struct sorted {
	uint32_t trace, truth;
	uint64_t burst;
	size_t at;
};

static int by_group(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->trace != y->trace)
		return x->trace < y->trace ? -1 : 1;
	if (x->truth != y->truth)
		return x->truth < y->truth ? -1 : 1;
	if (x->burst != y->burst)
		return x->burst < y->burst ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static uint32_t largest(const double *sum, uint32_t width)
{
	uint32_t best = 0;

	for (uint32_t c = 1; c < width; c++)
		if (sum[c] > sum[best])
			best = c;
	return best;
}

struct groups {
	const struct judge_case *cases;
	const struct sorted *order;
	size_t n;
	const struct judge_weights *w;
	double *sum; /* zero between groups */
};

/* Bursts, or whole traces. */
static void count_groups(const struct groups *g, bool bursts, uint64_t *all,
                         uint64_t *right)
{
	const float *weight = bursts ? g->w->burst : g->w->trace;
	uint32_t width = g->w->width;

	for (size_t i = 0; i < g->n; i++) {
		const struct sorted *o = &g->order[i];

		for (uint32_t c = 0; c < width; c++)
			g->sum[c] += (double)weight[o->at * width + c];
		if (i + 1 < g->n && o[1].trace == o->trace && o[1].truth == o->truth &&
		    (!bursts || o[1].burst == o->burst))
			continue;
		++*all;
		*right += largest(g->sum, width) == g->cases[o->at].truth;
		memset(g->sum, 0, width * sizeof(*g->sum));
	}
}

bool judge_cases(struct judge *j, const struct judge_case *c, size_t n,
                 const struct judge_weights *w)
{
	struct sorted *order = calloc(n + 1, sizeof(*order));
	double *sum = calloc((size_t)w->width + 1, sizeof(*sum));
	struct groups g = { c, order, n, w, sum };

	if (order && sum) {
		for (size_t i = 0; i < n; i++) {
			order[i] =
				(struct sorted){ c[i].trace, c[i].truth, c[i].burst, i };
			judge_one(j, &c[i]);
		}
		qsort(order, n, sizeof(*order), by_group);
		count_groups(&g, true, &j->bursts, &j->bursts_right);
		count_groups(&g, false, &j->traces, &j->traces_right);
	}
	free(order);
	free(sum);
	return order && sum;
}

static void add_all(uint64_t *to, const uint64_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += from[i];
}

void judge_add(struct judge *to, const struct judge *from)
{
	add_all(to->matrix, from->matrix, (size_t)to->classes * to->classes);
	add_all(to->named, from->named, to->classes);
	add_all(to->named_right, from->named_right, to->classes);
	add_all(to->step, from->step, JUDGE_STEPS + 1);
	add_all(to->step_right, from->step_right, JUDGE_STEPS + 1);
	for (unsigned b = 0; b < JUDGE_BINS; b++)
		to->confidence[b] += from->confidence[b];
	to->bursts += from->bursts;
	to->bursts_right += from->bursts_right;
	to->traces += from->traces;
	to->traces_right += from->traces_right;
}

static double share(uint64_t part, uint64_t all)
{
	return all ? (double)part / (double)all : 0;
}

struct judge_class judge_class(const struct judge *j, uint32_t c)
{
	struct judge_class k = { 0 };
	uint64_t right = j->matrix[(size_t)c * j->classes + c];

	for (uint32_t i = 0; i < j->classes; i++) {
		k.support += j->matrix[(size_t)c * j->classes + i];
		k.given += j->matrix[(size_t)i * j->classes + c];
	}
	k.precision = share(right, k.given);
	k.recall = share(right, k.support);
	/* 2pr / (p + r) */
	k.f1 = share(2 * right, k.given + k.support);
	return k;
}

struct judge_bin judge_bin(const struct judge *j, unsigned bin)
{
	struct judge_bin b = { 0 };
	uint64_t right = 0;

	for (unsigned s = 0; s <= JUDGE_STEPS; s++) {
		if (bin_of(s) != bin)
			continue;
		b.cases += j->step[s];
		right += j->step_right[s];
	}
	b.confidence = b.cases ? j->confidence[bin] / (double)b.cases : 0;
	b.accuracy = share(right, b.cases);
	return b;
}

static const struct {
	const char *title, *key;
} scores[JUDGE_SCORES] = {
	[JUDGE_PRECISION] = { "precision, weighted", "precision" },
	[JUDGE_RECALL] = { "recall, weighted", "recall" },
	[JUDGE_F1] = { "F1, weighted", "f1" },
	[JUDGE_MACRO_F1] = { "F1, mean of classes", "macro_f1" },
	[JUDGE_FLOW_ACCURACY] = { "accuracy per burst-flow", "flow_accuracy" },
	[JUDGE_BURST_ACCURACY] = { "accuracy per burst", "burst_accuracy" },
	[JUDGE_TRACE_ACCURACY] = { "accuracy per trace", "trace_accuracy" },
	[JUDGE_COVERAGE] = { "coverage (not Unknown)", "coverage" },
	[JUDGE_NAMED_ACCURACY] = { "accuracy of the named", "named_accuracy" },
	[JUDGE_CALIBRATION_ERROR] = { "calibration error", "calibration_error" },
};

const char *judge_score_title(enum judge_score s)
{
	return scores[s].title;
}

const char *judge_score_key(enum judge_score s)
{
	return scores[s].key;
}

uint64_t judge_count(const struct judge *j)
{
	uint64_t n = 0;

	for (size_t i = 0; i < (size_t)j->classes * j->classes; i++)
		n += j->matrix[i];
	return n;
}

void judge_scores(const struct judge *j, double score[static JUDGE_SCORES])
{
	uint64_t n = judge_count(j), right = 0, named = 0, named_right = 0;
	unsigned classes = 0;

	for (int s = 0; s < JUDGE_SCORES; s++)
		score[s] = 0;
	for (uint32_t c = 0; c < j->classes; c++) {
		struct judge_class k = judge_class(j, c);
		double weight = share(k.support, n);

		score[JUDGE_PRECISION] += weight * k.precision;
		score[JUDGE_RECALL] += weight * k.recall;
		score[JUDGE_F1] += weight * k.f1;
		score[JUDGE_MACRO_F1] += k.support ? k.f1 : 0;
		classes += k.support > 0;
		right += j->matrix[(size_t)c * j->classes + c];
		named += j->named[c];
		named_right += j->named_right[c];
	}
	score[JUDGE_MACRO_F1] /= classes ? classes : 1;
	score[JUDGE_FLOW_ACCURACY] = share(right, n);
	score[JUDGE_BURST_ACCURACY] = share(j->bursts_right, j->bursts);
	score[JUDGE_TRACE_ACCURACY] = share(j->traces_right, j->traces);
	score[JUDGE_COVERAGE] = share(named, n);
	score[JUDGE_NAMED_ACCURACY] = share(named_right, named);
	for (unsigned bin = 0; bin < JUDGE_BINS; bin++) {
		struct judge_bin b = judge_bin(j, bin);

		score[JUDGE_CALIBRATION_ERROR] +=
			share(b.cases, n) * fabs(b.confidence - b.accuracy);
	}
}
