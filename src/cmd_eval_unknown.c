/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How well what a model never saw is called Unknown: the burst-flows of other apps, or of
 * each class in turn by a model that was trained without it. */
#include "cmd_eval.h"

#include <errno.h>
#include <stdlib.h>

#include "examine.h"
#include "load.h"

int eval_load_foreign(struct eval *e, struct fault *f)
{
	struct options foreign = *e->o;
	char *path = foreign.unknown;
	enum feature_set set = FEATURE_SETS, has = FEATURE_SETS;

	foreign.paths = &path;
	foreign.count = 1;
	if (cmd_load(&foreign, &e->foreign, NULL, NULL) != CMD_DONE ||
	    e->foreign.rows == 0)
		return fault_set(f, -EINVAL, "%s: no burst-flow to be called Unknown",
		                 path);
	(void)load_set_of(&e->d, &set); /* FEATURE_SETS when it is none */
	(void)load_set_of(&e->foreign, &has);
	if (set != has || e->d.features.count != e->foreign.features.count)
		return fault_set(f, -EINVAL, "%s: its columns are not those of the data",
		                 path);
	return 0;
}

static void add_figures(struct unknown_figures *sum, const struct unknown_figures *one)
{
	sum->foreign_called += one->foreign_called;
	sum->known_called += one->known_called;
	sum->foreign_at_limit += one->foreign_at_limit;
	sum->auroc += one->auroc;
}

/* By own votes, or by all evidence. */
static int compare(const struct model *m, bool alone, const struct forest_rows *known,
                   const struct forest_rows *foreign, struct unknown_figures *sum)
{
	struct examine x = { .model = m, .alone = alone };
	struct unknown_doubts a = { 0 }, b = { 0 };
	struct unknown_figures one;
	int err = examine_doubts(&x, known, &a);

	if (!err)
		err = examine_doubts(&x, foreign, &b);
	if (!err) {
		unknown_compare(&a, &b, &one);
		add_figures(sum, &one);
	}
	unknown_clear(&a);
	unknown_clear(&b);
	return err;
}

static struct report_unknown *row_for(struct eval *e, const char *name)
{
	struct report_unknown *more;

	for (size_t i = 0; i < e->unknowns; i++)
		if (e->unknown[i].name == name)
			return &e->unknown[i];
	more = reallocarray(e->unknown, e->unknowns + 1, sizeof(*more));
	if (!more)
		return NULL;
	e->unknown = more;
	more += e->unknowns++;
	*more = (struct report_unknown){ .name = name,
		                         .left_out = name != e->o->unknown };
	return more;
}

static int add_unknown(struct eval *e, const struct model *m, const char *name,
                       const struct forest_rows *known, const struct forest_rows *foreign)
{
	struct report_unknown *row = row_for(e, name);
	int err = row ? 0 : -ENOMEM;

	if (!err)
		err = compare(m, true, known, foreign, &row->own);
	if (!err)
		err = compare(m, false, known, foreign, &row->all);
	if (!err) {
		row->rounds++;
		row->known += known->count;
		row->foreign += foreign->count;
	}
	return err;
}

int eval_unknown(struct eval *e, const struct model *m, const struct holdout *h,
                 struct fault *f)
{
	const struct forest_rows known = { &e->d, h->judge, h->judge_count };
	struct holdout all;
	int err = holdout_all(&all, &e->foreign);

	if (!err)
		err = add_unknown(e, m, e->o->unknown, &known,
		                  &(struct forest_rows){ &e->foreign, all.judge,
		                                         all.judge_count });
	holdout_clear(&all);
	return err ? eval_no_memory(f) : 0;
}

/* The rows of a class, and the others. */
struct parted {
	uint32_t *in, *out;
	size_t ins, outs;
};

static int part(struct parted *p, const struct dataset *d, const uint32_t *rows,
                size_t count, uint32_t label)
{
	*p = (struct parted){ calloc(count + 1, sizeof(*p->in)),
		              calloc(count + 1, sizeof(*p->out)), 0, 0 };
	if (!p->in || !p->out)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (d->row[rows[i]].label == label)
			p->in[p->ins++] = rows[i];
		else
			p->out[p->outs++] = rows[i];
	return 0;
}

static bool has_two_classes(const struct dataset *d, const uint32_t *rows, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (d->row[rows[i]].label != d->row[rows[0]].label)
			return true;
	return false;
}

static void parted_clear(struct parted *p)
{
	free(p->in);
	free(p->out);
}

/* The data set of what is learned has no such class, as the model must not. */
static int train_without(struct model *m, const struct eval *e,
                         const struct parted *learn, const struct train_params *p,
                         struct fault *f)
{
	struct dataset d;
	struct holdout all = { 0 };
	struct train_seen seen;
	int err;

	dataset_init(&d);
	if (dataset_pick(&d, &e->d, learn->out, learn->outs) < 0 ||
	    holdout_all(&all, &d) < 0)
		err = eval_no_memory(f);
	else
		err = train_model(m, &(struct forest_rows){ &d, all.judge, d.rows }, p,
		                  &seen, f);
	holdout_clear(&all);
	dataset_clear(&d);
	return err;
}

static int leave_out(struct eval *e, const struct holdout *h, uint32_t label,
                     const struct train_params *p, struct fault *f)
{
	struct parted learn = { 0 }, judge = { 0 };
	struct model m;
	int err = 0;

	model_init(&m);
	if (part(&learn, &e->d, h->learn, h->learn_count, label) < 0 ||
	    part(&judge, &e->d, h->judge, h->judge_count, label) < 0)
		err = eval_no_memory(f);
	/* Of one class there is nothing to tell apart, of none nothing to learn. */
	if (!err && has_two_classes(&e->d, learn.out, learn.outs) && judge.ins > 0) {
		err = train_without(&m, e, &learn, p, f);
		if (!err &&
		    add_unknown(e, &m, e->d.labels.name[label],
		                &(struct forest_rows){ &e->d, judge.out, judge.outs },
		                &(struct forest_rows){ &e->d, judge.in, judge.ins }) < 0)
			err = eval_no_memory(f);
	}
	model_clear(&m);
	parted_clear(&learn);
	parted_clear(&judge);
	return err;
}

int eval_open(struct eval *e, const struct holdout *h, const struct train_params *p,
              struct fault *f)
{
	int err = 0;

	for (uint32_t l = 0; l < e->d.labels.count && !err; l++)
		err = leave_out(e, h, l, p, f);
	return err;
}
