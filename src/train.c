/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "train.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "strengths.h"

/* To learn strengths of evidence from. */
#define LESSON_ROWS 8192

/* By class, the weight of those rows that are learned as what they are. */
static int set_prior(struct model *m, const struct forest_rows *rows,
                     const struct forest_params *p)
{
	double *upto = calloc(rows->count + 1, sizeof(*upto)), before = 0, all = 0;
	int err = upto ? forest_weights(rows, p, upto) : -ENOMEM;

	for (size_t i = 0; i < rows->count && !err; i++) {
		bool known = !p->taught || p->taught[i] < m->classes.count;
		double weight = known ? upto[i] - before : 0;

		before = upto[i];
		upto[i] = weight;
		all += weight;
	}
	if (!p->taught)
		all = (double)rows->count;
	for (size_t i = 0; i < rows->count && !err; i++)
		m->prior[rows->d->row[rows->row[i]].label] += (float)(upto[i] / all);
	free(upto);
	return err;
}

/* What is known before any tree has grown. */
static int prepare(struct model *m, const struct forest_rows *rows,
                   const struct train_params *p)
{
	const struct dataset *d = rows->d;

	m->set = p->set;
	m->gap = p->gap;
	m->max = p->max;
	m->mtu_bytes = p->mtu_bytes;
	m->min_packets = p->min_packets;
	m->precision = (float)p->precision;
	for (uint32_t c = 0; c < d->labels.count; c++)
		if (names_add(&m->classes, d->labels.name[c]) == NAMES_NONE)
			return -ENOMEM;
	return model_reserve(m, d->labels.count, d->features.count);
}

/* What the trees that have not seen a row say of it: votes, then probabilities by them,
 * then those in the light of all evidence. */
struct unseen {
	struct calibrate_votes v, narrow;
	uint32_t *label;
	/* A row of classes for each row, of own EVIDENCE_VIEWS. */
	float *own, *all;
	float *novel_own, *novel_all; /* novelty by row */
	float *doubt;
	struct calibrate_guess *guess;
};

static bool unseen_init(struct unseen *u, const struct model *m,
                        const struct forest_oob *oob, size_t count)
{
	*u = (struct unseen){
		.v = { .rows = count,
		       .classes = m->classes.count,
		       .votes = oob->votes,
		       .trees = oob->trees,
		       .prior = m->prior },
		.label = calloc(count, sizeof(*u->label)),
		.own = calloc(count * EVIDENCE_VIEWS * m->classes.count, sizeof(*u->own)),
		.all = calloc(count * m->classes.count, sizeof(*u->all)),
		.novel_own = calloc(count, sizeof(*u->novel_own)),
		.novel_all = calloc(count, sizeof(*u->novel_all)),
		.doubt = calloc(count, sizeof(*u->doubt)),
		.guess = calloc(count, sizeof(*u->guess)),
	};
	u->v.label = u->label;
	u->narrow = u->v;
	u->narrow.votes = oob->narrow_votes;
	u->narrow.trees = oob->narrow_trees;
	return u->label && u->own && u->all && u->novel_own && u->novel_all && u->doubt &&
	       u->guess;
}

static void unseen_clear(struct unseen *u)
{
	free(u->label);
	free(u->own);
	free(u->all);
	free(u->novel_own);
	free(u->novel_all);
	free(u->doubt);
	free(u->guess);
}

/* Shares of votes; a row that every tree has seen is as likely as its class. */
static void set_shares(const struct calibrate_votes *v, size_t i, const struct model *m,
                       float *p)
{
	if (v->trees[i])
		model_shares_of(m, v->votes + i * v->classes, v->trees[i], p);
	else
		memcpy(p, m->prior, v->classes * sizeof(*p));
}

static void own_shares(struct unseen *u, const struct model *m)
{
	for (size_t i = 0; i < u->v.rows; i++) {
		float *p = u->own + i * EVIDENCE_VIEWS * u->v.classes;

		set_shares(&u->v, i, m, p + EVIDENCE_OWNS * u->v.classes);
		set_shares(&u->narrow, i, m, p + EVIDENCE_SAYS * u->v.classes);
	}
}

/* What would be said of the rows that some tree has not seen: by votes alone, or by all
 * evidence.  Their number. */
static size_t make_guesses(struct unseen *u, const struct model *m, bool alone)
{
	uint32_t classes = u->v.classes;
	size_t n = 0;

	for (size_t i = 0; i < u->v.rows; i++) {
		const uint32_t *votes = u->v.votes + i * classes;
		float *p = alone ? u->own + i * EVIDENCE_VIEWS * classes
		                 : u->all + i * classes;
		uint32_t best;

		if (!u->v.trees[i])
			continue;
		if (alone) {
			best = forest_best(votes, classes);
			model_confidence(m, votes, u->v.trees[i], p);
		} else {
			best = evidence_best(p, classes);
		}
		u->doubt[n] =
			novelty_doubt((alone ? u->novel_own : u->novel_all)[i], p[best]);
		u->guess[n++] =
			(struct calibrate_guess){ best, p[best], best == u->label[i] };
	}
	return n;
}

static void set_thresholds(struct unseen *u, struct model *m, double novel)
{
	double precision = (double)m->precision;
	size_t n = make_guesses(u, m, false);

	calibrate_thresholds(u->guess, n, u->v.classes, precision, m->threshold);
	m->novelty.limit = novelty_limit(u->doubt, n, novel);
	n = make_guesses(u, m, true);
	calibrate_thresholds(u->guess, n, u->v.classes, precision, m->threshold_alone);
	m->novelty.limit_alone = novelty_limit(u->doubt, n, novel);
}

/* Strengths of evidence, and what it then says of the same rows. */
static int weigh_evidence(struct unseen *u, struct model *m,
                          const struct forest_rows *rows, uint64_t seed)
{
	struct strengths_lesson lesson = {
		.rows = rows,
		.classes = u->v.classes,
		.prior = m->prior,
		.p = u->own,
		.trees = u->v.trees,
		.from = { seed, LESSON_ROWS, m->gap, m->max },
	};
	struct weigh_params w = { .classes = u->v.classes, .prior = m->prior };
	int err = strengths_learn(&lesson, &m->strengths);

	w.strengths = m->strengths;
	return err ? err : weigh_rows(rows, &w, u->own, u->all, u->novel_all);
}

static int learn_novelty(struct unseen *u, struct model *m,
                         const struct forest_rows *rows, const struct train_params *p)
{
	bool travels[FEATURE_MAX];
	int err = 0;

	for (unsigned i = 0; i < feature_count(p->set); i++)
		travels[i] = feature_travels(p->set, i);
	if (p->novel > 0)
		err = novelty_learn(&m->novelty, rows, travels, p->forest.seed,
		                    u->novel_own);
	if (!err)
		memcpy(u->novel_all, u->novel_own, rows->count * sizeof(*u->novel_all));
	return err;
}

/* Confidence and thresholds from what trees say of rows that they have not seen. */
static int calibrate(struct model *m, const struct forest_rows *rows,
                     const struct forest_oob *oob, const struct train_params *p)
{
	struct unseen u;
	int err = -ENOMEM;

	if (!unseen_init(&u, m, oob, rows->count))
		goto done;
	for (size_t i = 0; i < rows->count; i++)
		u.label[i] = rows->d->row[rows->row[i]].label;
	m->calibration = calibrate_fit(&u.v);
	own_shares(&u, m);
	err = learn_novelty(&u, m, rows, p);
	if (!err)
		err = weigh_evidence(&u, m, rows, p->forest.seed);
	if (!err)
		set_thresholds(&u, m, p->novel);
done:
	unseen_clear(&u);
	return err;
}

/* A forest whose trees draw whole traces, to learn from what it has not seen: half the
 * trees suffice, and it is not kept. */
static int learn_unseen(struct model *m, const struct forest_rows *rows,
                        const struct train_params *p, double *oob_accuracy,
                        struct fault *f)
{
	size_t features = rows->d->features.count;
	struct forest_params by_trace = teach_unseen(&p->forest);
	struct forest_oob oob;
	struct forest *fo;
	int err = -EINVAL;

	fo = forest_train(rows, &by_trace, &oob, f);
	if (fo) {
		memcpy(m->importance_gini, oob.gini, features * sizeof(*oob.gini));
		memcpy(m->importance_permutation, oob.permutation,
		       features * sizeof(*oob.permutation));
		*oob_accuracy = oob.accuracy;
		err = calibrate(m, rows, &oob, p);
		if (err)
			fault_no_memory(f);
	}
	forest_oob_clear(&oob);
	forest_free(fo);
	return err;
}

/* The lower one of two in the middle, so that each is a value that was seen. */
static int set_medians(struct model *m, const struct forest_rows *rows)
{
	const struct dataset *d = rows->d;
	float *value = calloc(rows->count, sizeof(*value));

	if (!value)
		return -ENOMEM;
	for (uint32_t f = 0; rows->count > 0 && f < d->features.count; f++) {
		for (size_t i = 0; i < rows->count; i++)
			value[i] = d->x[(size_t)rows->row[i] * d->features.count + f];
		qsort(value, rows->count, sizeof(*value), order_floats);
		m->median[f] = value[(rows->count - 1) / 2];
	}
	free(value);
	return 0;
}

int train_model(struct model *m, const struct forest_rows *rows,
                const struct train_params *p, struct train_seen *seen, struct fault *f)
{
	struct train_params params = *p;
	bool narrow[FEATURE_MAX];
	struct taught taught;
	int err;

	if (p->set == FEATURE_FULL && !p->wide) {
		for (unsigned i = 0; i < feature_count(p->set); i++)
			narrow[i] = feature_travels(p->set, i);
		params.forest.narrow = narrow;
	}
	if (prepare(m, rows, p) < 0 || set_medians(m, rows) < 0)
		return fault_no_memory(f);
	err = teach_rows(&taught, rows, &params.forest, &p->teach, f);
	seen->not_learned = taught.others;
	params.forest.taught = taught.is;
	if (!err && set_prior(m, rows, &params.forest) < 0)
		err = fault_no_memory(f);
	if (!err)
		err = learn_unseen(m, rows, &params, &seen->oob_accuracy, f);
	if (!err) {
		m->forest = forest_train(rows, &params.forest, NULL, f);
		err = m->forest ? 0 : -EINVAL;
	}
	free(taught.is);
	return err;
}
