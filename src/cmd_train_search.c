/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forest that suits the data, tried out. */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "trial.h"
#include "walk.h"

/* By trace, the number of the path that it came from. */
static uint32_t *sources_of(const struct dataset *d, const uint32_t *upto)
{
	uint32_t *source = calloc((size_t)d->traces.count + 1, sizeof(*source));

	for (uint32_t t = 0, at = 0; source && t < d->traces.count; t++) {
		while (t >= upto[at])
			at++;
		source[t] = at;
	}
	return source;
}

static void put_title(const struct options *o)
{
	char last[WALK_LABEL_SIZE];

	printf("%5s %5s %5s %8s %11s %11s %13s  %6s %6s", "trees", "extra", "mtry",
	       "min-leaf", "trace-power", "class-power", "learn-packets", "F1", "sd");
	for (int i = 0; i < o->count && o->count > 1; i++) {
		walk_last(o->paths[i], last);
		printf(" %10.10s", last);
	}
	printf(" %10s\n", "nodes");
}

static void put_setting(const struct options *o, const struct trial_setting *t,
                        bool chosen)
{
	const struct forest_params *p = &t->forest;

	printf("%5u %5s %5u %8u %11g %11g %13u  %.4f %.4f", p->trees,
	       p->extra ? "yes" : "no", p->mtry, p->min_leaf, p->power.trace,
	       p->power.class, t->learn_packets, t->f1, t->sd);
	for (int i = 0; i < o->count && o->count > 1; i++)
		printf(" %10.4f", t->by_source[i]);
	printf(" %10.0f%s\n", t->nodes, chosen ? "  <- best" : "");
}

static void show_settings(void *progress, unsigned done, unsigned all)
{
	progress_at(progress, done, all);
}

int cmd_train_search(const struct options *o, const struct dataset *d,
                     const uint32_t *upto, struct train_params *p, struct fault *f)
{
	struct trial_setting tried[TRIAL_SETTINGS_MAX];
	struct progress progress = { 0 };
	uint32_t *source = sources_of(d, upto);
	struct trial s = {
		.d = d,
		.source = source,
		.sources = (uint32_t)o->count,
		.folds = o->folds,
		.params = *p,
		.progress = show_settings,
		.progress_arg = &progress,
	};
	unsigned count = 0, best = 0;
	int err;

	if (!source)
		return fault_set(f, -ENOMEM, "out of memory");
	s.params.forest.progress = NULL; /* settings are what is counted here */
	progress_begin(&progress, "settings");
	err = trial_run(&s, tried, &count, &best, f);
	progress_clear(&progress);
	free(source);
	if (err)
		return err;
	put_title(o);
	for (unsigned i = 0; i < count; i++)
		put_setting(o, &tried[i], i == best);
	tried[best].forest.progress = p->forest.progress;
	tried[best].forest.progress_arg = p->forest.progress_arg;
	p->forest = tried[best].forest;
	p->teach.packets = tried[best].learn_packets;
	return 0;
}
