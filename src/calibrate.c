/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "calibrate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* So many rows tell two parameters well enough. */
#define FIT_ROWS 8192

/* The grid: weight 2^(i/2), power 2^(j/8). */
struct grid {
	int i, j;
};
#define WEIGHT_MIN (-30)
#define WEIGHT_MAX 6
#define POWER_MIN  (-16)
#define POWER_MAX  32

/* Doubt that is left when a threshold is set. */
#define DOUBT      0.1

static struct calibration at_grid(struct grid g)
{
	return (struct calibration){ (float)exp2(g.i / 2.0), (float)exp2(g.j / 8.0) };
}

void calibrate_apply(const struct calibration *c, const float *prior,
                     struct calibrate_row row, float *p)
{
	double all = (double)row.trees * FOREST_UNIT, sum = 0;

	for (uint32_t k = 0; k < row.classes; k++) {
		double share = row.votes[k] / all + (double)c->weight * (double)prior[k];
		double raised = pow(share, (double)c->power);

		p[k] = (float)raised;
		sum += raised;
	}
	for (uint32_t k = 0; k < row.classes; k++)
		p[k] = (float)((double)p[k] / sum);
}

/* What a class without votes gets before normalising, and the sum of those. */
static double raise_none(const struct calibrate_votes *v, const struct calibration *c,
                         double *none)
{
	double sum = 0;

	for (uint32_t k = 0; k < v->classes; k++) {
		none[k] = pow((double)c->weight * (double)v->prior[k], (double)c->power);
		sum += none[k];
	}
	return sum;
}

/* -log p of the right class. */
static double row_loss(const struct calibrate_votes *v, const struct calibration *c,
                       size_t row, const double *none, double sum)
{
	const uint32_t *votes = v->votes + row * v->classes;
	double all = (double)v->trees[row] * FOREST_UNIT, right = none[v->label[row]];

	for (uint32_t k = 0; k < v->classes; k++) {
		double raised;

		if (!votes[k])
			continue;
		raised = pow(votes[k] / all + (double)c->weight * (double)v->prior[k],
		             (double)c->power);
		sum += raised - none[k];
		if (k == v->label[row])
			right = raised;
	}
	return log(sum) - log(right > 1e-300 ? right : 1e-300);
}

static double loss(const struct calibrate_votes *v, struct grid g)
{
	struct calibration c = at_grid(g);
	size_t n = v->rows < FIT_ROWS ? v->rows : FIT_ROWS;
	double none[FOREST_CLASSES_MAX], sum = raise_none(v, &c, none), total = 0;

	for (size_t i = 0; i < n; i++) {
		size_t row = i * v->rows / n;

		if (v->trees[row])
			total += row_loss(v, &c, row, none, sum);
	}
	return total;
}

static bool on_grid(struct grid g)
{
	return g.i >= WEIGHT_MIN && g.i <= WEIGHT_MAX && g.j >= POWER_MIN &&
	       g.j <= POWER_MAX;
}

/* Go to the best neighbour while there is a better one, with steps of 8, 4, 2 and 1.  The
 * grid makes the result the same where pow() differs in its last bit. */
struct calibration calibrate_fit(const struct calibrate_votes *v)
{
	static const struct grid ways[] = { { 1, 0 }, { -1, 0 }, { 0, 1 },  { 0, -1 },
		                            { 1, 1 }, { 1, -1 }, { -1, 1 }, { -1, -1 } };
	struct grid best = { -10, 0 };
	double least = loss(v, best);

	for (int step = 8; step; step /= 2) {
		bool moved = true;

		while (moved) {
			struct grid from = best;

			moved = false;
			for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
				struct grid to = { from.i + step * ways[w].i,
					           from.j + step * ways[w].j };
				double l = on_grid(to) ? loss(v, to) : INFINITY;

				if (l < least * (1 - 1e-12)) {
					least = l;
					best = to;
					moved = true;
				}
			}
		}
	}
	return at_grid(best);
}

/* The continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz' method,
 * which needs a 1 before it; x is left of the mean, where it converges fast. */
static double beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double f = 1, c = 1, d = 0;

	for (int i = 0; i < 100000; i++) {
		int half = i / 2; /* each serves two terms */
		double m = half, term, delta;

		if (i == 0)
			term = 1;
		else if (i % 2 == 0)
			term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		else
			term = -(a + m) * (a + b + m) * x /
			       ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 + term * d;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = 1 + term / c;
		c = fabs(c) < tiny ? tiny : c;
		delta = c * d;
		f *= delta;
		if (i > 0 && fabs(delta - 1) < 1e-14)
			break;
	}
	return f - 1;
}

/* I_x(a, b), regularised. */
static double beta_share(double a, double b, double x)
{
	int sign;
	double front = exp(a * log(x) + b * log1p(-x) + lgamma_r(a + b, &sign) -
	                   lgamma_r(a, &sign) - lgamma_r(b, &sign));

	if (x < (a + 1) / (a + b + 2))
		return front / a * beta_fraction(a, b, x);
	return 1 - front / b * beta_fraction(b, a, 1 - x);
}

double calibrate_tail(uint64_t k, uint64_t n, double p)
{
	if (k == 0)
		return 1;
	if (k > n)
		return 0;
	return beta_share((double)k, (double)(n - k + 1), p);
}

/* By class, the surest first. */
static int by_confidence(const void *a, const void *b)
{
	const struct calibrate_guess *x = a, *y = b;

	if (x->label != y->label)
		return x->label < y->label ? -1 : 1;
	return x->confidence > y->confidence ? -1 : x->confidence < y->confidence;
}

void calibrate_thresholds(struct calibrate_guess *guess, size_t n, uint32_t classes,
                          double precision, float *threshold)
{
	uint64_t named = 0, right = 0;

	qsort(guess, n, sizeof(*guess), by_confidence);
	for (uint32_t k = 0; k < classes; k++)
		threshold[k] = CALIBRATE_NEVER;
	for (size_t i = 0; i < n; i++) {
		const struct calibrate_guess *g = &guess[i];

		if (i == 0 || guess[i - 1].label != g->label)
			named = right = 0;
		named++;
		right += g->right;
		/* What is equally sure is named together. */
		if (i + 1 < n && guess[i + 1].label == g->label &&
		    guess[i + 1].confidence == g->confidence)
			continue;
		if ((double)right > precision * (double)named &&
		    calibrate_tail(right, named, precision) <= DOUBT)
			threshold[g->label] = g->confidence;
	}
}
