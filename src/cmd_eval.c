/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd_eval.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examine.h"
#include "line.h"
#include "mix.h"
#include "model_load.h"

int eval_no_memory(struct fault *f)
{
	return fault_set(f, -ENOMEM, "out of memory");
}

void eval_about(struct eval *e, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* for people: a cut text will do */
	va_end(ap);
	(void)names_add(&e->about, text); /* as will one that is missing */
}

static void about_data(struct eval *e)
{
	char text[900];
	struct line l = line_in(text, sizeof(text));

	for (int i = 0; i < e->o->count; i++)
		line_put(&l, "%s%s", i ? " " : "", e->o->paths[i]);
	eval_about(e, "data=%s", text);
	eval_about(e, "evidence=%s", e->o->alone ? "own votes" : "all");
	eval_about(e, "traces=%s", e->o->mix ? "laid over each other" : "by themselves");
}

int eval_classes(struct eval *e, const struct names *known, struct fault *f)
{
	for (uint32_t c = 0; c < known->count; c++)
		if (names_add(&e->classes, known->name[c]) == NAMES_NONE)
			return eval_no_memory(f);
	e->class_of = calloc(e->d.labels.count + 1, sizeof(*e->class_of));
	if (!e->class_of)
		return eval_no_memory(f);
	for (uint32_t l = 0; l < e->d.labels.count; l++) {
		e->class_of[l] = names_add(&e->classes, e->d.labels.name[l]);
		if (e->class_of[l] == NAMES_NONE)
			return eval_no_memory(f);
	}
	return judge_init(&e->sum, e->classes.count) &&
	                       (!e->o->early || early_init(&e->early, e->classes.count))
	               ? 0
	               : eval_no_memory(f);
}

static int judge_rows(struct eval *e, const struct model *m,
                      const struct forest_rows *rows, struct fault *f)
{
	struct judge j;
	struct examine x = { m, e->class_of, e->o->alone };
	int err = judge_init(&j, e->classes.count) ? examine_rows(&x, rows, &j) : -ENOMEM;

	if (!err) {
		judge_scores(&j, e->score[e->repeats++]);
		judge_add(&e->sum, &j);
	}
	judge_clear(&j);
	return err ? eval_no_memory(f) : 0;
}

static int judge_mixed(struct eval *e, const struct model *m, const struct dataset *mixed,
                       struct fault *f)
{
	struct holdout h;
	int err = holdout_all(&h, mixed);

	if (err)
		err = eval_no_memory(f);
	else
		err = judge_rows(e, m,
		                 &(struct forest_rows){ mixed, h.judge, h.judge_count },
		                 f);
	holdout_clear(&h);
	return err;
}

int eval_judge(struct eval *e, const struct model *m, const struct holdout *h,
               struct fault *f)
{
	const struct forest_rows rows = { &e->d, h->judge, h->judge_count };
	struct burst_params burst = e->o->burst;
	struct mix mix = { .d = &e->d,
		           .files = &e->captures,
		           .burst = &burst,
		           .set = e->o->set,
		           .seed = e->o->forest.seed,
		           .round = e->repeats };
	struct dataset mixed;
	int err;

	if (!e->o->mix) {
		err = judge_rows(e, m, &rows, f);
		return err || !e->o->early ? err : eval_early(e, m, h, f);
	}
	dataset_init(&mixed);
	err = mix_make(&mixed, &mix, h->judge_traces, h->judge_trace_count, f);
	if (!err)
		err = judge_mixed(e, m, &mixed, f);
	dataset_clear(&mixed);
	return err;
}

void eval_note_model(struct eval *e, const struct model *m)
{
	for (uint32_t i = 0; i < e->d.features.count; i++)
		e->importance[i] += (double)m->importance_permutation[i];
	e->models++;
}

static int put_reports(struct eval *e)
{
	struct report r = {
		.classes = &e->classes,
		.about = &e->about,
		.sum = &e->sum,
		.repeats = e->repeats,
		.score = (const double(*)[JUDGE_SCORES])e->score,
		.split = e->split,
		.traces = &e->d.traces,
		.features = &e->d.features,
		.importance = e->models ? e->importance : NULL,
		.unknown = e->unknown,
		.unknowns = e->unknowns,
		.early = e->o->early ? &e->early : NULL,
	};

	for (uint32_t i = 0; i < e->d.features.count && e->models; i++)
		e->importance[i] /= (double)e->models;
	return cmd_reports(e->o, &r);
}

static void clear(struct eval *e)
{
	for (size_t i = 0; e->split && i < e->o->repeat; i++)
		holdout_clear(&e->split[i]);
	free(e->split);
	free(e->score);
	free(e->class_of);
	judge_clear(&e->sum);
	early_clear(&e->early);
	names_clear(&e->classes);
	names_clear(&e->about);
	names_clear(&e->captures);
	free(e->unknown);
	free(e->importance);
	dataset_clear(&e->foreign);
	dataset_clear(&e->d);
}

/* Traces are laid over each other packet by packet, and early labels come packet by
 * packet. */
static int check_captures(const struct eval *e, struct fault *f)
{
	const char *what = e->o->mix ? "--mix" : "--early";

	if (!e->o->mix && !e->o->early)
		return 0;
	if (e->captures.count != e->d.traces.count)
		return fault_set(f, -EINVAL, "%s: needs captures, not burst-flows (CSV)",
		                 what);
	if (names_find(&e->captures, "-") != NAMES_NONE)
		return fault_set(f, -EINVAL,
		                 "%s: reads captures twice, which standard input "
		                 "does not allow",
		                 what);
	return 0;
}

/* m is NULL for splits. */
static int judge_loaded(struct eval *e, const struct model *m, const char *name)
{
	struct fault f;
	int err = check_captures(e, &f);

	e->importance = calloc((size_t)e->d.features.count + 1, sizeof(*e->importance));
	if (!err && !e->importance)
		err = eval_no_memory(&f);
	if (!err && e->o->unknown)
		err = eval_load_foreign(e, &f);
	if (!err)
		err = m ? eval_model(e, m, name, &f) : eval_splits(e, &f);
	return err ? cmd_failed("%s", f.text) : put_reports(e);
}

static int eval_data(const struct options *o, const struct model *m, const char *name)
{
	struct eval e = { .o = o };
	int code, judged;

	dataset_init(&e.d);
	dataset_init(&e.foreign);
	e.score = calloc(o->repeat, sizeof(*e.score));
	code = e.score ? cmd_load(o, &e.d, &e.captures, NULL)
	               : cmd_failed("out of memory");
	about_data(&e);
	if (e.d.rows > 0) {
		judged = judge_loaded(&e, m, name);
		code = judged == CMD_DONE ? code : judged;
	} else if (code == CMD_DONE) {
		code = cmd_failed("nothing to judge: no burst-flow in the data");
	}
	clear(&e);
	return code;
}

/* The model says how captures are read. */
static int with_model(const struct options *o)
{
	uint32_t models_own = GIVEN_CUTTING | GIVEN_FOREST | GIVEN_FEATURES;
	struct options as_model = *o;
	struct model m;
	struct fault f;
	int code;

	if (o->given & (o->mix ? models_own : models_own | GIVEN_REPEAT))
		return cmd_usage(
			"eval: features, bursts and trees are the model's; options "
			"for them go with --split");
	if (model_load(&m, o->paths[0], &f) < 0)
		return cmd_failed("%s", f.text);
	as_model.burst.gap = m.gap;
	as_model.burst.max = m.max;
	as_model.burst.mtu_bytes = m.mtu_bytes;
	as_model.set = m.set;
	as_model.paths++;
	as_model.count--;
	code = eval_data(&as_model, &m, o->paths[0]);
	model_clear(&m);
	return code;
}

static int with_split(const struct options *o)
{
	if (o->count == 0)
		return cmd_usage("eval: no DIR or CSV given");
	if (o->split_by_flow && !o->leaky)
		return cmd_usage(
			"eval: --split-by flow: burst-flows of one trace would judge "
			"each other, which flatters; --leaky does it all the same");
	if (o->split_by_flow && o->mix)
		return cmd_usage(
			"eval: --mix lays whole traces over each other: not with "
			"--split-by flow");
	return eval_data(o, NULL, NULL);
}

int cmd_eval(const struct options *o)
{
	if (o->early && (o->mix || o->split_by_flow))
		return cmd_usage("eval: --early goes through whole traces by themselves: "
		                 "not with --mix or --split-by flow");
	if (o->split > 0)
		return with_split(o);
	if (o->split_by_flow || o->open)
		return cmd_usage("eval: --%s goes with --split",
		                 o->open ? "open" : "split-by");
	if (o->count < 2)
		return cmd_usage(
			"eval: a MODEL and its DIR or CSV are wanted, or --split");
	return with_model(o);
}
