/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "load.h"
#include "log.h"
#include "walk.h"

__attribute__((format(printf, 1, 0))) static void say(const char *fmt, va_list ap)
{
	char text[512];

	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut text still explains */
	log_error("%s", text);
}

int cmd_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return CMD_USAGE;
}

int cmd_failed(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return CMD_FAILED;
}

bool cmd_out_ok(FILE *out)
{
	return !ferror(out);
}

void cmd_put_trace(const struct cmd_capture *c)
{
	if (!c->one_of_many)
		return;
	fputs("Trace ", c->out);
	escape_put(c->path, ESCAPE_ANGLE, c->out);
	fputs(":\n", c->out);
}

void cmd_put_record(const struct cmd_capture *c, const struct record *r,
                    enum record_format format)
{
	bool quoted = format == RECORD_JSON || !escape_is_bare(c->path);
	char line[RECORD_LINE_SIZE];
	const char *rest = line;

	record_line(r, format, line);
	if (c->one_of_many && format != RECORD_SEED) {
		fputs(format == RECORD_JSON ? "{\"trace\":" : "trace=", c->out);
		fputs(quoted ? "\"" : "", c->out);
		escape_put(c->path, format == RECORD_JSON ? ESCAPE_JSON : ESCAPE_KV,
		           c->out);
		fputs(quoted ? "\"" : "", c->out);
		fputc(format == RECORD_JSON ? ',' : ' ', c->out);
		rest += format == RECORD_JSON; /* its { was written */
	}
	fputs(rest, c->out);
}

int cmd_load(const struct options *o, struct dataset *d, struct names *captures,
             uint32_t *upto)
{
	struct load l = { .burst = &o->burst,
		          .set = o->set,
		          .set_is_wanted = o->given & GIVEN_FEATURES,
		          .captures = captures };
	struct fault f;
	int err = 0;

	for (int i = 0; i < o->count && !err; i++) {
		err = load_path(d, o->paths[i], &l, &f);
		if (upto)
			upto[i] = d->traces.count;
	}
	names_clear(&l.files);
	if (err)
		return cmd_failed("%s", f.text);
	if (dataset_sort_labels(d) < 0)
		return cmd_failed("out of memory");
	if (d->torn && !o->leaky) {
		d->rows = 0;
		return cmd_failed(
			"column trace is missing: burst-flows of one trace would "
			"judge each other, which flatters (eval --leaky does it)");
	}
	return l.failed ? CMD_FAILED : CMD_DONE;
}

static void show_trees(void *progress, unsigned done, unsigned all)
{
	progress_at(progress, done, all);
}

/* What did best for each set, by models/README.md; other features get a plain forest. */
static void choose_forest(struct forest_params *p, const struct options *o,
                          enum feature_set set)
{
	bool splits = !(o->given & GIVEN_SPLITS);

	if (set == FEATURE_SEED15 && splits)
		p->mtry = 8;
	if (set != FEATURE_FULL)
		return;
	if (splits) {
		p->extra = true;
		p->mtry = 20;
	}
	if (!(o->given & GIVEN_TRACE_POWER))
		p->power.trace = 0.5;
}

struct train_params cmd_train_params(const struct options *o, enum feature_set set,
                                     struct progress *progress)
{
	struct train_params p = {
		.forest = o->forest,
		.wide = o->wide,
		.teach = o->teach,
		.precision = o->precision,
		.novel = o->novel,
		.set = set,
		.gap = o->burst.gap,
		.max = o->burst.max,
		.mtu_bytes = o->burst.mtu_bytes,
		.min_packets = o->min_packets,
	};

	choose_forest(&p.forest, o, set);
	progress_begin(progress, "trees");
	p.forest.progress = show_trees;
	p.forest.progress_arg = progress;
	return p;
}
