/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging a model that is there already. */
#include "cmd_eval.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leaks.h"
#include "load.h"
#include "log.h"

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
	uint64_t *trace;
	size_t known;

	(void)snprintf(digest, sizeof(digest), "%016" PRIx64, dataset_digest(&e->d));
	if (strcmp(digest, provenance(m, "digest")) == 0) {
		log_warn("the model was trained on this very data: figures mean nothing");
		return;
	}
	trace = calloc((size_t)e->d.traces.count + 1, sizeof(*trace));
	if (!trace) /* too little memory to look */
		return;
	leaks_digests(&e->d, trace);
	known = leaks_known(&m->provenance, trace, e->d.traces.count);
	if (known)
		log_warn("the model was trained on %zu of these %u traces: figures "
		         "flatter",
		         known, e->d.traces.count);
	free(trace);
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
	unsigned rounds = e->o->mix ? e->o->repeat : 1;
	struct holdout h;
	int err = holdout_all(&h, &e->d) < 0 ? eval_no_memory(f) : 0;

	while (!err && e->repeats < rounds)
		err = eval_judge(e, m, &h, f);
	if (!err && e->o->unknown)
		err = eval_unknown(e, m, &h, f);
	holdout_clear(&h);
	return err;
}

int eval_model(struct eval *e, const struct model *m, const char *name, struct fault *f)
{
	int err = check_columns(e, m, f);

	if (!err)
		err = eval_classes(e, &m->classes, f);
	if (err)
		return err;
	warn_overlap(e, m);
	warn_unknown_classes(e, m);
	eval_about(e, "model=%s", name);
	eval_about(e, "trained on=%s", provenance(m, "set"));
	eval_about(e, "features=%s", feature_set_name(m->set));
	eval_about(e, "trees=%u", forest_trees(m->forest));
	eval_note_model(e, m);
	return judge_all(e, m, f);
}
