/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"
#include "label.h"
#include "log.h"
#include "progress.h"
#include "trace.h"
#include "walk.h"

/* One for all traces. */
struct classifier {
	const struct options *o;
	struct burst_params burst;
	struct model model;
	struct labeller *labeller; /* of the trace at hand */
};

static void put_burst(struct classifier *c, const struct burst *b)
{
	const struct label *l = labeller_burst(c->labeller, b);

	if (c->o->format == RECORD_SEED)
		printf("Burst %" PRIu64 ":\n", b->number);
	burst_each_flow (b, bf) {
		struct label named = *l++;
		struct record r;
		char line[RECORD_LINE_SIZE];

		if (c->o->no_unknown)
			named.reason = LABEL_KNOWN;
		record_fill(&r, &c->model, bf, &named, 0);
		record_line(&r, c->o->format, line);
		puts(line);
	}
}

static int classify_trace(struct classifier *c, const char *path)
{
	const struct burst *b;
	struct fault f;
	struct trace *t = trace_open(path, &c->burst, &f);
	int got;

	if (!t) {
		log_error("%s", f.text);
		return CMD_FAILED;
	}
	c->labeller = labeller_new(&(struct labeller_params){
		.model = &c->model,
		.max_burst_flows = c->burst.max_burst_flows,
		.alone = c->o->alone,
	});
	if (!c->labeller) {
		trace_free(t);
		return cmd_failed("out of memory");
	}
	while ((got = trace_next(t, &b, &f)) > 0 && cmd_out_ok())
		put_burst(c, b);
	labeller_free(c->labeller);
	trace_free(t);
	return got < 0 ? cmd_broken(got, &f) : CMD_DONE;
}

/* Bursts are cut as those that the model was trained on. */
static int prepare(struct classifier *c, struct fault *f)
{
	int err = cmd_load_model(&c->model, c->o->model, f);

	if (err)
		return err;
	c->burst = c->o->burst;
	c->burst.gap = c->model.gap;
	c->burst.max = c->model.max;
	c->burst.mtu_bytes = c->model.mtu_bytes;
	return 0;
}

static int classify_all(struct classifier *c)
{
	struct names files = { 0 };
	struct progress p;
	int code = cmd_captures(c->o, &files);

	progress_begin(&p, "trace");
	for (uint32_t i = 0; i < files.count && cmd_out_ok(); i++) {
		progress_at(&p, i, files.count);
		if (classify_trace(c, files.name[i]) != CMD_DONE)
			code = CMD_FAILED;
	}
	progress_clear(&p);
	names_clear(&files);
	return code;
}

int cmd_classify(const struct options *o)
{
	struct classifier c = { .o = o };
	struct fault f;
	int code = CMD_FAILED;

	if (!o->model)
		return cmd_usage("classify: no model given (-m MODEL)");
	if (o->count == 0)
		return cmd_usage("classify: no TRACE given");
	model_init(&c.model);
	if (prepare(&c, &f) == 0)
		code = classify_all(&c);
	else
		log_error("%s", f.text);
	model_clear(&c.model);
	return code;
}
