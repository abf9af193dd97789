/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For given hypotheses the loss is convex in the strengths of the parts, and Newton's
 * method finds its least; about that, what hypotheses are made of climbs down a grid. */
#include "strengths.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define PARTS   EVIDENCE_PARTS

/* The defaults count as much as so many rows that want a strength changed by 1: a few
 * rows, all named rightly, must not make the sum sure beyond reason. */
#define CAUTION 4

/* Losses that differ by less are the same. */
#define ENOUGH  1e-4

/* Strengths are kept in such steps, so that the last bit of a logarithm, which is not the
 * same on all machines, does not matter. */
#define STEP    256

#define NEWTON  20

/* What is learned from: flows of a stream and their parts. */
struct material {
	struct stream s;
	float *z;
	size_t n; /* of them that teach something */
};

struct learner {
	const struct strengths_lesson *l;
	struct material single, mixed;
	double *p; /* by class, of the flow at hand */
};

/* Loss, and how it changes with the strengths. */
struct slope {
	double loss, first[PARTS], second[PARTS][PARTS];
};

/* Softmax in place; returns the log-probability of one class. */
static double to_shares(double *score, unsigned n, uint32_t truth)
{
	double most = score[0], sum = 0, right = score[truth];

	for (unsigned c = 1; c < n; c++)
		most = score[c] > most ? score[c] : most;
	for (unsigned c = 0; c < n; c++) {
		score[c] = exp(score[c] - most);
		sum += score[c];
	}
	for (unsigned c = 0; c < n; c++)
		score[c] /= sum;
	return right - most - log(sum);
}

/* What one flow adds to the slope. */
static void add_flow(const struct learner *r, const double *part, const float *z,
                     uint32_t truth, struct slope *to)
{
	double *p = r->p, mean[PARTS] = { 0 };
	unsigned n = r->l->classes;

	for (unsigned c = 0; c < n; c++) {
		p[c] = 0;
		for (unsigned k = 0; k < PARTS; k++)
			p[c] += part[k] * (double)z[k * n + c];
	}
	to->loss -= to_shares(p, n, truth);
	for (unsigned k = 0; k < PARTS; k++) {
		for (unsigned c = 0; c < n; c++)
			mean[k] += p[c] * (double)z[k * n + c];
		to->first[k] += mean[k] - (double)z[k * n + truth];
	}
	for (unsigned k = 0; k < PARTS; k++) {
		for (unsigned j = 0; j <= k; j++) {
			double sum = 0;

			for (unsigned c = 0; c < n; c++)
				sum += p[c] * (double)z[k * n + c] * (double)z[j * n + c];
			to->second[k][j] += sum - mean[k] * mean[j];
		}
	}
}

static uint32_t label_of(const struct learner *r, size_t at)
{
	const struct forest_rows *rows = r->l->rows;

	return rows->d->row[rows->row[at]].label;
}

/* Both kinds of material weigh the same. */
static void add_material(const struct learner *r, const struct material *m,
                         const double *part, struct slope *to)
{
	double weight = r->mixed.n && r->single.n ? 0.5 : 1;
	size_t width = (size_t)PARTS * r->l->classes;
	struct slope sum = { 0 };

	if (m->n == 0)
		return;
	for (size_t i = 0; i < m->s.flows; i++)
		if (r->l->trees[m->s.flow[i].at])
			add_flow(r, part, m->z + i * width, label_of(r, m->s.flow[i].at),
			         &sum);
	weight /= (double)m->n;
	to->loss += weight * sum.loss;
	for (unsigned k = 0; k < PARTS; k++) {
		to->first[k] += weight * sum.first[k];
		for (unsigned j = 0; j <= k; j++)
			to->second[k][j] += weight * sum.second[k][j];
	}
}

static struct slope slope_at(const struct learner *r, const double part[PARTS])
{
	struct evidence_strengths usual = evidence_defaults();
	double caution = CAUTION / (double)(r->single.n + r->mixed.n);
	struct slope sum = { 0 };

	add_material(r, &r->single, part, &sum);
	add_material(r, &r->mixed, part, &sum);
	for (unsigned k = 0; k < PARTS; k++) {
		double off = part[k] - (double)usual.part[k];

		sum.loss += caution * off * off;
		sum.first[k] += 2 * caution * off;
		sum.second[k][k] += 2 * caution;
		for (unsigned j = 0; j < k; j++)
			sum.second[j][k] = sum.second[k][j];
	}
	return sum;
}

/* Newton's step: second * step = -first, by elimination; second is positive definite.
 * What is at its limit of 0 and wants to go below stays. */
static void newton_step(const struct slope *s, const double part[PARTS],
                        double step[PARTS])
{
	double a[PARTS][PARTS + 1];

	for (unsigned k = 0; k < PARTS; k++) {
		bool held = part[k] <= 0 && s->first[k] > 0;

		for (unsigned j = 0; j < PARTS; j++)
			a[k][j] = held ? k == j : s->second[k][j];
		a[k][PARTS] = held ? 0 : -s->first[k];
	}
	for (unsigned k = 0; k < PARTS; k++)
		for (unsigned row = k + 1; row < PARTS; row++)
			for (unsigned j = PARTS + 1; j-- > k;)
				a[row][j] -= a[row][k] / a[k][k] * a[k][j];
	for (unsigned k = PARTS; k-- > 0;) {
		step[k] = a[k][PARTS];
		for (unsigned j = k + 1; j < PARTS; j++)
			step[k] -= a[k][j] * step[j];
		step[k] /= a[k][k];
	}
}

/* Go from part to where the loss is least; returns it. */
static double descend(const struct learner *r, double part[PARTS])
{
	struct slope here = slope_at(r, part);

	for (int i = 0; i < NEWTON; i++) {
		double step[PARTS], to[PARTS], size = 1, before = here.loss;
		struct slope there = { .loss = INFINITY };

		newton_step(&here, part, step);
		for (; size > 0.01 && !(there.loss < here.loss); size /= 4) {
			for (unsigned k = 0; k < PARTS; k++)
				to[k] = fmax(part[k] + size * step[k], 0);
			there = slope_at(r, to);
		}
		if (!(there.loss < before))
			break;
		memcpy(part, to, sizeof(to));
		here = there;
		if (before - here.loss < ENOUGH / 10)
			break;
	}
	return here.loss;
}

static int weigh(const struct learner *r, const struct evidence_strengths *s,
                 const struct material *m)
{
	struct weigh_params w = { r->l->classes, r->l->prior, *s };

	return weigh_stream(&m->s, &w, r->l->p, m->z);
}

/* The strengths of the parts for these hypotheses, from those that *s has on; the loss,
 * or a negative errno. */
static double try_hypotheses(const struct learner *r, struct evidence_strengths *s)
{
	int err = weigh(r, s, &r->single);
	double part[PARTS], loss;

	if (!err)
		err = weigh(r, s, &r->mixed);
	if (err)
		return err;
	for (unsigned k = 0; k < PARTS; k++)
		part[k] = (double)s->part[k];
	loss = descend(r, part);
	for (unsigned k = 0; k < PARTS; k++)
		s->part[k] = (float)(round(part[k] * STEP) / STEP);
	return loss;
}

/* What hypotheses are made of, and the values that are tried, in order. */
#define VALUES 7
static const struct grid {
	size_t at;
	float value[VALUES];
} grids[] = {
	{ offsetof(struct evidence_strengths, tau),
	  { .25f, .35f, .5f, .7f, 1, 1.4f, 2 } },
	{ offsetof(struct evidence_strengths, eps),
	  { .01f, .02f, .03f, .06f, .1f, .2f, .4f } },
	{ offsetof(struct evidence_strengths, rho), { -1, 0, 1, 2, 3, 4, 6 } },
	{ offsetof(struct evidence_strengths, fade),
	  { .5f, .6f, .7f, .8f, .9f, .95f, .98f } },
};

static float *slot(struct evidence_strengths *s, const struct grid *g)
{
	return (float *)(void *)((char *)s + g->at);
}

/* As far up or down one grid as it helps; true when it did. */
static bool climb(const struct learner *r, const struct grid *g, int way,
                  struct evidence_strengths *best, double *least)
{
	int at = 0;
	bool moved = false;

	while (g->value[at] < *slot(best, g) && at < VALUES - 1)
		at++;
	for (at += way; at >= 0 && at < VALUES; at += way) {
		struct evidence_strengths s = *best;
		double loss;

		*slot(&s, g) = g->value[at];
		loss = try_hypotheses(r, &s);
		if (loss < 0 || loss > *least - ENOUGH)
			break;
		*least = loss;
		*best = s;
		moved = true;
	}
	return moved;
}

static int learn(const struct learner *r, struct evidence_strengths *best)
{
	double least = try_hypotheses(r, best);
	bool moved = least >= 0;

	for (int round = 0; round < 2 && moved; round++) {
		moved = false;
		for (size_t i = 0; i < sizeof(grids) / sizeof(grids[0]); i++)
			if (climb(r, &grids[i], 1, best, &least) ||
			    climb(r, &grids[i], -1, best, &least))
				moved = true;
	}
	return least < 0 ? (int)least : 0;
}

static int prepare(struct material *m, const struct strengths_lesson *l, int err)
{
	size_t width = (size_t)PARTS * l->classes;

	m->z = err ? NULL : calloc(m->s.flows * width + 1, sizeof(*m->z));
	for (size_t i = 0; i < m->s.flows; i++)
		m->n += l->trees[m->s.flow[i].at] > 0;
	return m->z ? 0 : -ENOMEM;
}

static void clear(struct material *m)
{
	stream_clear(&m->s);
	free(m->z);
}

int strengths_learn(const struct strengths_lesson *l, struct evidence_strengths *s)
{
	struct learner r = { .l = l, .p = calloc(l->classes, sizeof(*r.p)) };
	int err = r.p ? 0 : -ENOMEM;

	*s = evidence_defaults();
	if (!err)
		err = prepare(&r.single, l,
		              stream_sample(&r.single.s, l->rows, &l->from));
	if (!err)
		err = prepare(&r.mixed, l, stream_overlay(&r.mixed.s, l->rows, &l->from));
	if (!err && r.single.n + r.mixed.n > 0)
		err = learn(&r, s);
	clear(&r.single);
	clear(&r.mixed);
	free(r.p);
	return err;
}
