/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging models that are trained on part of the data on the rest of it. */
#include "cmd_eval.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "load.h"

static int one_split(struct eval *e, const struct train_params *p, struct fault *f)
{
	struct holdout *h = &e->split[e->repeats];
	struct model m;
	double oob_accuracy;
	int err = holdout_make(h, &e->d, e->o->split, e->o->forest.seed, e->repeats);

	if (err)
		return eval_no_memory(f);
	if (h->judge_count == 0)
		return fault_set(f, -EINVAL,
		                 "no class has two traces: none is left to judge on");
	model_init(&m);
	err = train_model(&m, &(struct forest_rows){ &e->d, h->learn, h->learn_count }, p,
	                  &oob_accuracy, f);
	if (!err)
		err = eval_judge(e, &m, h, f);
	model_clear(&m);
	return err;
}

int eval_splits(struct eval *e, struct fault *f)
{
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
	eval_about(e, "split=%g", e->o->split);
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
