/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "train.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "weigh.h"

static int no_memory(struct fault *f)
{
	return fault_set(f, -ENOMEM, "out of memory");
}

/* What is known before any tree has grown. */
static int prepare(struct model *m, const struct dataset *d, const uint32_t *rows,
                   size_t count, const struct train_params *p)
{
	m->set = p->set;
	m->gap = p->gap;
	m->max = p->max;
	m->mtu_bytes = p->mtu_bytes;
	m->min_packets = p->min_packets;
	m->precision = (float)p->precision;
	for (uint32_t c = 0; c < d->labels.count; c++)
		if (names_add(&m->classes, d->labels.name[c]) == NAMES_NONE)
			return -ENOMEM;
	if (model_reserve(m, d->labels.count, d->features.count) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		m->prior[d->row[rows[i]].label] += 1 / (float)count;
	return 0;
}

/* What the trees that have not seen a row say of it: votes, then probabilities by them,
 * then those in the light of all evidence. */
struct unseen {
	struct calibrate_votes v;
	uint32_t *label;
	float *own, *all; /* a row of classes a row */
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
		.own = calloc(count * m->classes.count, sizeof(*u->own)),
		.all = calloc(count * m->classes.count, sizeof(*u->all)),
		.guess = calloc(count, sizeof(*u->guess)),
	};
	u->v.label = u->label;
	return u->label && u->own && u->all && u->guess;
}

static void unseen_clear(struct unseen *u)
{
	free(u->label);
	free(u->own);
	free(u->all);
	free(u->guess);
}

/* A row that every tree has seen is as likely as its class. */
static void own_probabilities(struct unseen *u, const struct model *m)
{
	for (size_t i = 0; i < u->v.rows; i++) {
		float *p = u->own + i * u->v.classes;

		if (u->v.trees[i])
			model_confidence(m, u->v.votes + i * u->v.classes, u->v.trees[i],
			                 p);
		else
			memcpy(p, m->prior, u->v.classes * sizeof(*p));
	}
}

static void set_thresholds(struct unseen *u, const struct model *m, const float *q,
                           float *threshold)
{
	size_t n = 0;

	for (size_t i = 0; i < u->v.rows; i++, q += u->v.classes) {
		uint32_t best = 0;

		if (!u->v.trees[i])
			continue; /* no tree has anything to say of it */
		for (uint32_t c = 1; c < u->v.classes; c++)
			if (q[c] > q[best])
				best = c;
		u->guess[n++] =
			(struct calibrate_guess){ best, q[best], best == u->label[i] };
	}
	calibrate_thresholds(u->guess, n, u->v.classes, (double)m->precision, threshold);
}

/* Confidence and thresholds from what trees say of rows that they have not seen. */
static int calibrate(struct model *m, const struct dataset *d, const uint32_t *rows,
                     size_t count, const struct forest_oob *oob)
{
	struct unseen u;
	int err = -ENOMEM;

	if (!unseen_init(&u, m, oob, count))
		goto done;
	for (size_t i = 0; i < count; i++)
		u.label[i] = d->row[rows[i]].label;
	m->calibration = calibrate_fit(&u.v);
	m->strengths = evidence_defaults();
	own_probabilities(&u, m);
	err = weigh_rows(d, rows, count, &m->strengths, u.v.classes, u.own, u.all);
	set_thresholds(&u, m, u.own, m->threshold_alone);
	set_thresholds(&u, m, u.all, m->threshold);
done:
	unseen_clear(&u);
	return err;
}

int train_model(struct model *m, const struct dataset *d, const uint32_t *rows,
                size_t count, const struct train_params *p, double *oob_accuracy,
                struct fault *f)
{
	size_t features = d->features.count;
	struct forest_oob oob;
	int err = -EINVAL;

	if (prepare(m, d, rows, count, p) < 0)
		return no_memory(f);
	m->forest = forest_train(d, rows, count, &p->forest, &oob, f);
	if (m->forest) {
		memcpy(m->importance_gini, oob.gini, features * sizeof(*oob.gini));
		memcpy(m->importance_permutation, oob.permutation,
		       features * sizeof(*oob.permutation));
		*oob_accuracy = oob.accuracy;
		err = calibrate(m, d, rows, count, &oob);
		if (err)
			no_memory(f);
	}
	forest_oob_clear(&oob);
	return err;
}
