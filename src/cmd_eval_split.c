/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging models that are trained on part of the data on the rest of it. */
#include "cmd_eval.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "leaks.h"
#include "load.h"
#include "log.h"

/* Once, by the first split that shows it. */
static void warn_leaks(struct eval *e, const struct holdout *h)
{
	struct names *t = &e->d.traces;
	struct leaks l;

	if (e->warned || leaks_find(&l, &e->d, h) < 0) /* too little memory to look */
		return;
	if (l.same.count)
		log_warn("%u of the traces that are judged are learned from as well, as "
		         "%s "
		         "is by %s: figures flatter",
		         l.same.count, t->name[l.same.judged], t->name[l.same.learned]);
	if (l.overlap.count)
		log_warn("%u of the traces that are judged were recorded while their "
		         "client "
		         "made one that is learned from, as %s by %s: figures may "
		         "flatter",
		         l.overlap.count, t->name[l.overlap.judged],
		         t->name[l.overlap.learned]);
	e->warned = l.same.count || l.overlap.count;
}

static int make_holdout(struct eval *e, struct holdout *h)
{
	const struct options *o = e->o;

	if (o->split_by_flow)
		return holdout_rows(h, &e->d, o->split, o->forest.seed, e->repeats);
	return holdout_make(h, &e->d, o->split, o->forest.seed, e->repeats);
}

static int one_split(struct eval *e, const struct train_params *p, struct fault *f)
{
	struct holdout *h = &e->split[e->repeats];
	struct model m;
	struct train_seen seen;
	int err = make_holdout(e, h);

	if (err)
		return eval_no_memory(f);
	if (h->judge_count == 0)
		return fault_set(f, -EINVAL,
		                 "no class has two traces: none is left to judge on");
	if (!e->o->leaky)
		warn_leaks(e, h);
	model_init(&m);
	err = train_model(&m, &(struct forest_rows){ &e->d, h->learn, h->learn_count }, p,
	                  &seen, f);
	if (!err)
		err = eval_judge(e, &m, h, f);
	if (!err)
		eval_note_model(e, &m);
	if (!err && e->o->unknown)
		err = eval_unknown(e, &m, h, f);
	if (!err && e->o->open)
		err = eval_open(e, h, p, f);
	model_clear(&m);
	return err;
}

int eval_splits(struct eval *e, struct fault *f)
{
	bool torn = e->d.torn || e->o->split_by_flow;
	struct progress progress, trees;
	enum feature_set set = FEATURE_SETS;
	struct train_params p;
	int err = eval_classes(e, &e->d.labels, f);

	(void)load_set_of(&e->d, &set);
	p = cmd_train_params(e->o, set, &trees);
	p.forest.progress = NULL; /* splits are what is counted here */
	e->split = calloc(e->o->repeat, sizeof(*e->split));
	if (!e->split)
		return eval_no_memory(f);
	if (e->o->leaky)
		log_warn(
			"burst-flows of one trace may be on both sides: figures flatter");
	eval_about(e, "split=%g", e->o->split);
	eval_about(e, "split by=%s", torn ? "flow" : "trace");
	eval_about(e, "seed=%" PRIu64, e->o->forest.seed);
	eval_about(e, "columns=%u", e->d.features.count);
	eval_about(e, "trees=%u", e->o->forest.trees);
	progress_begin(&progress, "splits");
	while (!err && e->repeats < e->o->repeat) {
		progress_at(&progress, e->repeats, e->o->repeat);
		err = one_split(e, &p, f);
	}
	progress_clear(&progress);
	return err;
}
