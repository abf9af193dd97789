/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "examine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "label.h"
#include "weigh.h"

/* What the model says: for each row EVIDENCE_VIEWS rows of probabilities by its own
 * votes, and one in the light of all evidence, where it is asked for. */
struct answers {
	const struct forest_rows *rows;
	float *own, *all;
	float *vote;           /* of each row, on what its trace is */
	struct label_case *is; /* of each row: novelty its own */
	float *novelty;        /* in the light of all evidence */
	struct judge_case *cases;
};

static const struct dataset_row *row_at(const struct answers *a, size_t i)
{
	return &a->rows->d->row[a->rows->row[i]];
}

static void set_case(const struct examine *x, struct answers *a, size_t i, struct label l)
{
	const struct dataset_row *row = row_at(a, i);

	a->cases[i] =
		(struct judge_case){ .truth = x->class_of ? x->class_of[row->label] : 0,
		                     .best = l.best,
		                     .confidence = l.confidence,
		                     .doubt = l.doubt,
		                     .named = l.reason == LABEL_KNOWN,
		                     .trace = row->trace,
		                     .burst = row->burst };
}

static uint64_t packets_of(const struct answers *a, size_t i)
{
	const struct dataset_row *row = row_at(a, i);

	return a->rows->d->has_ends ? row->pkts[0] + row->pkts[1] : UINT64_MAX;
}

/* Each row by its own votes. */
static int ask_forest(const struct examine *x, struct answers *a)
{
	const struct model *m = x->model;
	const struct dataset *d = a->rows->d;
	uint32_t width = m->classes.count;
	uint32_t *votes = calloc((size_t)FOREST_VIEWS * width, sizeof(*votes));
	void *work = malloc(forest_work_size(m->forest, 1));

	for (size_t i = 0; votes && work && i < a->rows->count; i++) {
		const float *row = d->x + (size_t)a->rows->row[i] * d->features.count;
		float *own = a->own + i * EVIDENCE_VIEWS * width;

		forest_views(m->forest, row, 1, work, votes);
		a->is[i] = (struct label_case){ packets_of(a, i),
			                        novelty_of(&m->novelty, row),
			                        model_ambiguous(m, votes) };
		a->novelty[i] = a->is[i].novelty;
		set_case(x, a, i, label_alone(m, votes, a->is[i], own));
		model_shares(m, votes, own);
		memcpy(a->all + i * width, own + EVIDENCE_OWNS * width,
		       width * sizeof(*own));
		evidence_vote(width, m->prior, own + EVIDENCE_SAYS * width,
		              a->vote + i * width);
	}
	free(votes);
	free(work);
	return votes && work ? 0 : -ENOMEM;
}

static int weigh(const struct examine *x, struct answers *a)
{
	const struct model *m = x->model;
	uint32_t width = m->classes.count;
	struct weigh_params w = { width, m->prior, m->strengths };
	int err = weigh_rows(a->rows, &w, a->own, a->all, a->novelty);

	for (size_t i = 0; i < a->rows->count && !err; i++) {
		a->is[i].novelty = a->novelty[i];
		set_case(x, a, i, label_together(m, a->all + i * width, a->is[i]));
	}
	return err;
}

static int ask(const struct examine *x, const struct forest_rows *rows, struct answers *a)
{
	size_t width = x->model->classes.count, count = rows->count;
	int err;

	*a = (struct answers){
		.rows = rows,
		.own = calloc(count * EVIDENCE_VIEWS * width + 1, sizeof(*a->own)),
		.all = calloc(count * width + 1, sizeof(*a->all)),
		.vote = calloc(count * width + 1, sizeof(*a->vote)),
		.is = calloc(count + 1, sizeof(*a->is)),
		.novelty = calloc(count + 1, sizeof(*a->novelty)),
		.cases = calloc(count + 1, sizeof(*a->cases)),
	};
	err = a->own && a->all && a->vote && a->is && a->novelty && a->cases
	              ? ask_forest(x, a)
	              : -ENOMEM;
	return err || x->alone ? err : weigh(x, a);
}

static void answers_clear(struct answers *a)
{
	free(a->own);
	free(a->all);
	free(a->vote);
	free(a->novelty);
	free(a->is);
	free(a->cases);
}

int examine_rows(const struct examine *x, const struct forest_rows *rows,
                 struct judge *sum)
{
	struct answers a;
	int err = ask(x, rows, &a);
	struct judge_weights w = { x->model->classes.count, a.all, a.vote };

	if (!err && !judge_cases(sum, a.cases, rows->count, &w))
		err = -ENOMEM;
	answers_clear(&a);
	return err;
}

int examine_doubts(const struct examine *x, const struct forest_rows *rows,
                   struct unknown_doubts *u)
{
	struct answers a;
	int err = ask(x, rows, &a);

	for (size_t i = 0; i < rows->count && !err; i++)
		err = unknown_add(u, a.cases[i].doubt, !a.cases[i].named);
	answers_clear(&a);
	return err;
}
