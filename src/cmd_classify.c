/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "label.h"
#include "model_load.h"
#include "trace.h"

/* One for all traces. */
struct classifier {
	const struct options *o;
	struct burst_params burst;
	struct model model;
};

/* One for each. */
struct reading {
	const struct classifier *c;
	const struct cmd_capture *capture;
	struct labeller *labeller;
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

static int classify_events(const struct reading *r, struct trace *t, struct fault *f)
{
	struct trace_event e;
	int got;

	while ((got = trace_event(t, &e, f)) > 0 && cmd_out_ok(r->capture->out)) {
		put_event(r, &e);
		progress_packets(r->capture->progress, trace_packets(t));
	}
	return got < 0 ? got : 0;
}

static int classify_trace(void *arg, const struct cmd_capture *capture, struct fault *f)
{
	struct reading r = { .c = arg, .capture = capture };
	struct trace *t = trace_open(capture->path, &r.c->burst, f);
	int err;

	if (!t)
		return -EINVAL;
	r.labeller = labeller_new(&(struct labeller_params){
		.model = &r.c->model,
		.max_burst_flows = r.c->burst.max_burst_flows,
		.alone = r.c->o->alone,
	});
	if (r.c->o->format == RECORD_SEED)
		cmd_put_trace(capture);
	err = r.labeller ? classify_events(&r, t, f)
	                 : fault_set(f, -ENOMEM, "%s: out of memory", capture->path);
	labeller_free(r.labeller);
	trace_free(t);
	return err;
}

/* Bursts are cut as those that the model was trained on. */
static int classify_all(struct classifier *c)
{
	c->burst = c->o->burst;
	c->burst.gap = c->model.gap;
	c->burst.max = c->model.max;
	c->burst.mtu_bytes = c->model.mtu_bytes;
	if (c->o->early)
		c->burst.early = c->o->early_at;
	return cmd_each_capture(c->o, c->o->forest.threads, classify_trace, c);
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
