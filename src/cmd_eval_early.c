/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging labels that do not wait for the end of a burst. */
#include "cmd_eval.h"

#include "early_run.h"

/* Captures are read again, once for each point of the curve. */
int eval_early(struct eval *e, const struct model *m, const struct holdout *h,
               struct fault *f)
{
	struct early_run run = { m, &e->o->burst, e->o->alone };
	uint32_t last = NAMES_NONE, done = 0;
	struct progress progress = { 0 };
	int err = 0;

	if (!e->split) /* else splits are what is counted */
		progress_begin(&progress, "trace");
	for (size_t i = 0; i < h->judge_count && !err; i++) {
		const struct dataset_row *row = &e->d.row[h->judge[i]];

		if (row->trace == last)
			continue;
		last = row->trace;
		progress_at(&progress, done++, h->judge_trace_count);
		err = early_run(&e->early, &run, e->captures.name[last],
		                e->class_of[row->label], f);
	}
	progress_clear(&progress);
	return err;
}
