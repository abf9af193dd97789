/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "examine.h"
#include "holdout.h"

/* What may be chosen, and the values to try, ended by NONE. */
enum choice { EXTRA, MTRY, MIN_LEAF, TRACE_POWER, CLASS_POWER, PACKETS, TREES, CHOICES };

#define NONE (-1)

static const double grid[CHOICES][5] = {
	[EXTRA] = { 0, 1, NONE },
	[MTRY] = { 0, 20, 40, NONE },
	[MIN_LEAF] = { 1, 2, 4, NONE },
	[TRACE_POWER] = { 0, 0.5, 1, NONE },
	[CLASS_POWER] = { 0, 0.5, 1, NONE },
	[PACKETS] = { 1, 2, 3, NONE },
	[TREES] = { 50, 100, 200, NONE },
};

static bool is_set(const struct trial_setting *t, enum choice what, double value)
{
	const struct forest_params *p = &t->forest;

	switch (what) {
	case EXTRA:
		return p->extra == (value > 0);
	case MTRY:
		return p->mtry == (unsigned)value;
	case MIN_LEAF:
		return p->min_leaf == (unsigned)value;
	case TRACE_POWER:
		return fabs(p->power.trace - value) < 1e-9;
	case CLASS_POWER:
		return fabs(p->power.class - value) < 1e-9;
	case PACKETS:
		return t->learn_packets == (uint32_t)value;
	case TREES:
		return p->trees == (unsigned)value;
	case CHOICES:
		break;
	}
	return true;
}

static void set(struct trial_setting *t, enum choice what, double value)
{
	struct forest_params *p = &t->forest;

	switch (what) {
	case EXTRA:
		p->extra = value > 0;
		break;
	case MTRY:
		p->mtry = (unsigned)value;
		break;
	case MIN_LEAF:
		p->min_leaf = (unsigned)value;
		break;
	case TRACE_POWER:
		p->power.trace = value;
		break;
	case CLASS_POWER:
		p->power.class = value;
		break;
	case PACKETS:
		t->learn_packets = (uint32_t)value;
		break;
	case TREES:
		p->trees = (unsigned)value;
		break;
	case CHOICES:
		break;
	}
}

struct trying {
	const struct trial *s;
	struct holdout *fold;
	uint32_t *same; /* class_of: labels are classes */
	struct trial_setting *tried;
	unsigned count, all;
};

/* What a model of a fold says of the rows of one source. */
static int judge_source(const struct trying *g, const struct model *m,
                        const struct holdout *h, uint32_t source, double *f1)
{
	const struct dataset *d = g->s->d;
	struct examine x = { .model = m, .class_of = g->same };
	uint32_t *row = calloc(h->judge_count + 1, sizeof(*row));
	struct forest_rows rows = { d, row, 0 };
	double score[JUDGE_SCORES];
	struct judge j;
	int err = judge_init(&j, d->labels.count) && row ? 0 : -ENOMEM;

	for (size_t i = 0; i < h->judge_count && !err; i++)
		if (g->s->source[d->row[h->judge[i]].trace] == source)
			row[rows.count++] = h->judge[i];
	if (!err)
		err = examine_rows(&x, &rows, &j);
	if (!err) {
		judge_scores(&j, score);
		*f1 = score[JUDGE_F1];
	}
	judge_clear(&j);
	free(row);
	return err;
}

static double nodes_of(const struct forest *fo)
{
	const struct forest_parts *parts = forest_parts(fo);
	double nodes = 0;

	for (unsigned t = 0; t < parts->trees; t++)
		nodes += parts->tree[t].nodes;
	return nodes;
}

static int try_fold(const struct trying *g, struct trial_setting *t, unsigned fold,
                    double *f1, struct fault *f)
{
	const struct holdout *h = &g->fold[fold];
	struct train_params p = g->s->params;
	struct train_seen seen;
	struct model m;
	int err;

	p.forest = t->forest;
	p.teach.packets = t->learn_packets;
	p.novel = 0; /* of which the score knows nothing */
	*f1 = 0;
	model_init(&m);
	err = train_model(&m, &(struct forest_rows){ g->s->d, h->learn, h->learn_count },
	                  &p, &seen, f);
	for (uint32_t k = 0; k < g->s->sources && !err; k++) {
		double one;

		err = judge_source(g, &m, h, k, &one);
		if (err) {
			fault_set(f, err, "out of memory");
			break;
		}
		t->by_source[k] += one / g->s->folds;
		*f1 += one / g->s->sources;
	}
	if (!err)
		t->nodes += nodes_of(m.forest) / g->s->folds;
	model_clear(&m);
	return err;
}

static int try_setting(struct trying *g, const struct trial_setting *from,
                       struct fault *f)
{
	struct trial_setting *t = &g->tried[g->count];
	double sum = 0, squares = 0;
	int err = 0;

	if (g->s->progress)
		g->s->progress(g->s->progress_arg, g->count, g->all);
	*t = (struct trial_setting){ .forest = from->forest,
		                     .learn_packets = from->learn_packets };
	for (unsigned k = 0; k < g->s->folds && !err; k++) {
		double f1;

		err = try_fold(g, t, k, &f1, f);
		sum += f1;
		squares += f1 * f1;
	}
	t->f1 = sum / g->s->folds;
	t->sd = sqrt(fmax(0, squares - sum * t->f1) / (g->s->folds - 1));
	g->count++;
	return err;
}

/* Of those within TRIAL_EQUAL of the highest the smallest; of equal ones the first. */
static unsigned best_of(const struct trial_setting *tried, unsigned count)
{
	double highest = 0;
	unsigned best = count;

	for (unsigned i = 0; i < count; i++)
		highest = fmax(highest, tried[i].f1);
	for (unsigned i = 0; i < count; i++)
		if (tried[i].f1 >= highest - TRIAL_EQUAL &&
		    (best == count || tried[i].nodes < tried[best].nodes))
			best = i;
	return best;
}

/* Another value than t has, and one that the data allows. */
static bool is_other(const struct trial *s, const struct trial_setting *t, enum choice c,
                     double value)
{
	return !is_set(t, c, value) && (c != MTRY || value <= s->d->features.count) &&
	       (c != PACKETS || s->d->has_ends);
}

static struct trial_setting first_of(const struct trial *s)
{
	return (struct trial_setting){ .forest = s->params.forest,
		                       .learn_packets = s->params.teach.packets };
}

static unsigned count_grid(const struct trial *s)
{
	const struct trial_setting first = first_of(s);
	unsigned n = 1;

	for (enum choice c = EXTRA; c < CHOICES; c++)
		for (const double *v = grid[c]; *v > NONE; v++)
			n += is_other(s, &first, c, *v);
	return n;
}

static int try_all(struct trying *g, struct fault *f)
{
	const struct trial_setting first = first_of(g->s);
	int err = try_setting(g, &first, f);

	for (enum choice c = EXTRA; c < CHOICES && !err; c++) {
		const struct trial_setting from = g->tried[best_of(g->tried, g->count)];

		for (const double *v = grid[c]; *v > NONE && !err; v++) {
			struct trial_setting t = from;

			if (!is_other(g->s, &from, c, *v))
				continue;
			set(&t, c, *v);
			err = try_setting(g, &t, f);
		}
	}
	return err;
}

static int deal(struct trying *g)
{
	const struct trial *s = g->s;
	int err = g->fold && g->same ? 0 : -ENOMEM;

	for (uint32_t l = 0; l < s->d->labels.count && !err; l++)
		g->same[l] = l;
	for (unsigned k = 0; k < s->folds && !err; k++)
		err = holdout_fold(&g->fold[k], s->d, s->folds, k, s->params.forest.seed);
	return err;
}

int trial_run(const struct trial *s, struct trial_setting *tried, unsigned *count,
              unsigned *best, struct fault *f)
{
	struct trying g = {
		.s = s,
		.fold = calloc(s->folds, sizeof(*g.fold)),
		.same = calloc((size_t)s->d->labels.count + 1, sizeof(*g.same)),
		.tried = tried,
		.all = count_grid(s),
	};
	int err = deal(&g);

	err = err ? fault_set(f, err, "out of memory") : try_all(&g, f);
	for (unsigned k = 0; k < s->folds && g.fold; k++)
		holdout_clear(&g.fold[k]);
	free(g.fold);
	free(g.same);
	*count = g.count;
	*best = best_of(tried, g.count);
	return err;
}
