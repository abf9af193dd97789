/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "label.h"
#include "model_load.h"
#include "trace.h"

/* One for all traces. */
struct classifier {
	const struct options *o;
	struct burst_params burst;
	struct model model;
};

/* A thread's own. */
struct reading {
	const struct classifier *c;
	struct trace *trace;
	struct labeller *labeller;
	const struct cmd_capture *capture; /* at hand */
};

static void put_record(const struct reading *r, const struct burst_flow *bf,
                       const struct label *l)
{
	struct record record;

	record_fill(&record, &r->c->model, bf, l, 0);
	cmd_put_record(r->capture, &record, r->c->o->format);
	fputc('\n', r->capture->out);
}

static void put_burst(const struct reading *r, const struct burst *b)
{
	const struct label *l = labeller_burst(r->labeller, b);

	if (r->c->o->format == RECORD_SEED)
		fprintf(r->capture->out, "Burst %" PRIu64 ":\n", b->number);
	burst_each_flow (b, bf) {
		struct label named = *l++;

		if (r->c->o->no_unknown)
			named.reason = LABEL_KNOWN;
		put_record(r, bf, &named);
	}
}

static void put_event(const struct reading *r, const struct trace_event *e)
{
	struct label l;

	if (e->ended) {
		put_burst(r, e->ended);
	} else {
		l = labeller_early(r->labeller, e->due);
		put_record(r, e->due, &l);
	}
	(void)fflush(r->capture->out); /* the capture may be live; main() sees errors */
}

static void end_reading(void *own)
{
	struct reading *r = own;

	labeller_free(r->labeller);
	trace_free(r->trace);
	free(r);
}

static void *begin_reading(void *arg)
{
	const struct classifier *c = arg;
	struct reading *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->c = c;
	r->trace = trace_new(&c->burst);
	r->labeller = labeller_new(&(struct labeller_params){
		.model = &c->model,
		.max_burst_flows = c->burst.max_burst_flows,
		.alone = c->o->alone,
	});
	if (r->trace && r->labeller)
		return r;
	end_reading(r);
	return NULL;
}

static int classify_trace(void *own, const struct cmd_capture *c, struct fault *f)
{
	struct reading *r = own;
	struct trace_event e;
	int got = trace_open(r->trace, c->path, f);

	if (got < 0)
		return got;
	r->capture = c;
	labeller_forget(r->labeller);
	if (r->c->o->format == RECORD_SEED)
		cmd_put_trace(c);
	while ((got = trace_event(r->trace, &e, f)) > 0 && cmd_out_ok(c->out)) {
		put_event(r, &e);
		progress_packets(c->progress, trace_packets(r->trace));
	}
	return got < 0 ? got : 0;
}

/* Bursts are cut as those that the model was trained on. */
static int classify_all(struct classifier *c)
{
	const struct cmd_reader reader = { begin_reading, end_reading, classify_trace,
		                           c };

	c->burst = c->o->burst;
	c->burst.gap = c->model.gap;
	c->burst.max = c->model.max;
	c->burst.mtu_bytes = c->model.mtu_bytes;
	if (c->o->early)
		c->burst.early = c->o->early_at;
	return cmd_each_capture(c->o, c->o->forest.threads, &reader);
}

int cmd_classify(const struct options *o)
{
	struct classifier c = { .o = o };
	struct fault f;
	int code;

	if (!o->model)
		return cmd_usage("classify: no model given (-m MODEL)");
	if (o->count == 0)
		return cmd_usage("classify: no TRACE given");
	if (o->early && o->format == RECORD_SEED)
		return cmd_usage("classify: --early wants --format kv or json: the seed "
		                 "format cannot tell provisional labels apart");
	if (model_load(&c.model, o->model, &f) < 0)
		code = cmd_failed("%s", f.text);
	else
		code = classify_all(&c);
	model_clear(&c.model);
	return code;
}
