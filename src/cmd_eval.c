/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examine.h"
#include "load.h"
#include "log.h"

/* Classes are numbered as the judged model numbers them; labels of the data that it does
 * not know follow. */
struct eval {
	const struct options *o;
	struct dataset d;
	struct names classes, about;
	uint32_t *class_of; /* by label of d */
	struct judge sum;
	double (*score)[JUDGE_SCORES]; /* a row a repeat */
	struct holdout *split;         /* one a repeat */
	size_t repeats;
};

static int no_memory(struct fault *f)
{
	return fault_set(f, -ENOMEM, "out of memory");
}

__attribute__((format(printf, 2, 3))) static void about(struct eval *e, const char *fmt,
                                                        ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* for people: a cut text will do */
	va_end(ap);
	(void)names_add(&e->about, text); /* as will one that is missing */
}

static void about_data(struct eval *e, char **paths, int count)
{
	char text[900] = "";

	for (int i = 0; i < count; i++) {
		size_t len = strlen(text);

		(void)snprintf(text + len, sizeof(text) - len, "%s%s", i ? " " : "",
		               paths[i]);
	}
	about(e, "data=%s", text);
}

static int number_classes(struct eval *e, const struct names *known, struct fault *f)
{
	for (uint32_t c = 0; c < known->count; c++)
		if (names_add(&e->classes, known->name[c]) == NAMES_NONE)
			return no_memory(f);
	e->class_of = calloc(e->d.labels.count + 1, sizeof(*e->class_of));
	if (!e->class_of)
		return no_memory(f);
	for (uint32_t l = 0; l < e->d.labels.count; l++) {
		e->class_of[l] = names_add(&e->classes, e->d.labels.name[l]);
		if (e->class_of[l] == NAMES_NONE)
			return no_memory(f);
	}
	return judge_init(&e->sum, e->classes.count) ? 0 : no_memory(f);
}

/* Judge, and add what comes out to the sums. */
static int judge_model(struct eval *e, const struct model *m,
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
	return err ? no_memory(f) : 0;
}

static const char *provenance(const struct model *m, const char *key)
{
	size_t len = strlen(key);

	for (uint32_t i = 0; i < m->provenance.count; i++)
		if (strncmp(m->provenance.name[i], key, len) == 0 &&
		    m->provenance.name[i][len] == '=')
			return m->provenance.name[i] + len + 1;
	return "";
}

/* Judged on what it learned, a forest looks perfect. */
static void warn_overlap(const struct eval *e, const struct model *m)
{
	char digest[20];

	(void)snprintf(digest, sizeof(digest), "%016" PRIx64, dataset_digest(&e->d));
	if (strcmp(digest, provenance(m, "digest")) == 0)
		log_warn("the model was trained on this very data: figures mean nothing");
}

static void warn_unknown_classes(const struct eval *e, const struct model *m)
{
	uint32_t foreign = e->classes.count - m->classes.count;

	if (foreign)
		log_warn("%u label%s no class of the model: right is only Unknown",
		         foreign, foreign == 1 ? " of the data is" : "s of the data are");
}

static int check_columns(const struct eval *e, const struct model *m, struct fault *f)
{
	enum feature_set set;

	if (load_set_of(&e->d, &set) && set == m->set)
		return 0;
	return fault_set(f, -EINVAL,
	                 "the data's columns are not the model's feature set %s",
	                 feature_set_name(m->set));
}

static int judge_all(struct eval *e, const struct model *m, struct fault *f)
{
	uint32_t *rows = calloc(e->d.rows, sizeof(*rows));
	int err;

	if (!rows)
		return no_memory(f);
	for (size_t i = 0; i < e->d.rows; i++)
		rows[i] = (uint32_t)i;
	err = judge_model(e, m, &(struct forest_rows){ &e->d, rows, e->d.rows }, f);
	free(rows);
	return err;
}

static int eval_model(struct eval *e, const struct model *m, struct fault *f)
{
	int err = check_columns(e, m, f);

	if (!err)
		err = number_classes(e, &m->classes, f);
	if (err)
		return err;
	warn_overlap(e, m);
	warn_unknown_classes(e, m);
	about(e, "model=%s", e->o->paths[0]);
	about(e, "trained on=%s", provenance(m, "set"));
	about(e, "features=%s", feature_set_name(m->set));
	about(e, "trees=%u", forest_trees(m->forest));
	return judge_all(e, m, f);
}

static int eval_one_split(struct eval *e, const struct train_params *p, struct fault *f)
{
	struct holdout *h = &e->split[e->repeats];
	struct model m;
	double oob_accuracy;
	int err = holdout_make(h, &e->d, e->o->split, e->o->forest.seed, e->repeats);

	if (err)
		return no_memory(f);
	if (h->judge_count == 0)
		return fault_set(f, -EINVAL,
		                 "no class has two traces: none is left to judge on");
	model_init(&m);
	err = train_model(&m, &(struct forest_rows){ &e->d, h->learn, h->learn_count }, p,
	                  &oob_accuracy, f);
	if (!err)
		err = judge_model(e, &m,
		                  &(struct forest_rows){ &e->d, h->judge,
		                                         h->judge_count },
		                  f);
	model_clear(&m);
	return err;
}

static int eval_splits(struct eval *e, struct fault *f)
{
	struct progress progress, trees;
	enum feature_set set = FEATURE_SETS;
	struct train_params p;
	int err = number_classes(e, &e->d.labels, f);

	(void)load_set_of(&e->d, &set);
	p = cmd_train_params(e->o, set, &trees);
	p.forest.progress = NULL; /* splits are what is counted here */
	e->split = calloc(e->o->repeat, sizeof(*e->split));
	if (!e->split)
		return no_memory(f);
	about(e, "split=%g", e->o->split);
	about(e, "seed=%" PRIu64, e->o->forest.seed);
	about(e, "columns=%u", e->d.features.count);
	about(e, "trees=%u", e->o->forest.trees);
	progress_begin(&progress, "splits");
	while (!err && e->repeats < e->o->repeat) {
		progress_at(&progress, e->repeats, e->o->repeat);
		err = eval_one_split(e, &p, f);
	}
	progress_clear(&progress);
	return err;
}

static int put_reports(const struct eval *e)
{
	struct report r = {
		.classes = &e->classes,
		.about = &e->about,
		.sum = &e->sum,
		.repeats = e->repeats,
		.score = (const double(*)[JUDGE_SCORES])e->score,
		.split = e->split,
		.traces = &e->d.traces,
	};

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
	names_clear(&e->classes);
	names_clear(&e->about);
	dataset_clear(&e->d);
}

/* count paths from paths on are data; m is NULL for splits. */
static int eval_data(const struct options *o, struct model *m, char **paths, int count)
{
	struct eval e = { .o = o };
	struct fault f;
	int code, err;

	dataset_init(&e.d);
	e.score = calloc(o->repeat, sizeof(*e.score));
	code = e.score ? cmd_load(o, paths, count, &e.d) : cmd_failed("out of memory");
	about_data(&e, paths, count);
	if (e.d.rows > 0) {
		err = m ? eval_model(&e, m, &f) : eval_splits(&e, &f);
		if (err)
			code = cmd_failed("%s", f.text);
		else if (put_reports(&e) != CMD_DONE)
			code = CMD_FAILED;
	} else if (code == CMD_DONE) {
		code = cmd_failed("nothing to judge: no burst-flow in the data");
	}
	clear(&e);
	return code;
}

/* The model says how captures are read. */
static int with_model(const struct options *o)
{
	struct options as_model = *o;
	struct model m;
	struct fault f;
	int code;

	if (o->given & (GIVEN_CUTTING | GIVEN_FOREST | GIVEN_FEATURES | GIVEN_REPEAT))
		return cmd_usage(
			"eval: features, bursts and trees are the model's; options "
			"for them go with --split");
	model_init(&m);
	if (cmd_load_model(&m, o->paths[0], &f) < 0)
		return cmd_failed("%s", f.text);
	as_model.burst.gap = m.gap;
	as_model.burst.max = m.max;
	as_model.burst.mtu_bytes = m.mtu_bytes;
	as_model.set = m.set;
	code = eval_data(&as_model, &m, o->paths + 1, o->count - 1);
	model_clear(&m);
	return code;
}

int cmd_eval(const struct options *o)
{
	if (o->split > 0) {
		if (o->count == 0)
			return cmd_usage("eval: no DIR or CSV given");
		return eval_data(o, NULL, o->paths, o->count);
	}
	if (o->count < 2)
		return cmd_usage(
			"eval: a MODEL and its DIR or CSV are wanted, or --split");
	return with_model(o);
}
