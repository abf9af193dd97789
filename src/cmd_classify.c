/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "label.h"
#include "trace.h"

/* One for all traces. */
struct classifier {
	const struct options *o;
	struct burst_params burst;
	struct model model;
	struct labeller *labeller; /* of the trace at hand */
};

static void put_record(const struct classifier *c, const struct burst_flow *bf,
                       const struct label *l)
{
	struct record r;
	char line[RECORD_LINE_SIZE];

	record_fill(&r, &c->model, bf, l, 0);
	record_line(&r, c->o->format, line);
	puts(line);
}

static void put_burst(struct classifier *c, const struct burst *b)
{
	const struct label *l = labeller_burst(c->labeller, b);

	if (c->o->format == RECORD_SEED)
		printf("Burst %" PRIu64 ":\n", b->number);
	burst_each_flow (b, bf) {
		struct label named = *l++;

		if (c->o->no_unknown)
			named.reason = LABEL_KNOWN;
		put_record(c, bf, &named);
	}
}

static void put_event(struct classifier *c, const struct trace_event *e)
{
	struct label l;

	if (e->ended) {
		put_burst(c, e->ended);
	} else {
		l = labeller_early(c->labeller, e->due);
		put_record(c, e->due, &l);
	}
	(void)fflush(stdout); /* the capture may be live; main() sees errors */
}

static int classify_events(struct classifier *c, struct trace *t, struct progress *p,
                           struct fault *f)
{
	struct trace_event e;
	int got;

	while ((got = trace_event(t, &e, f)) > 0 && cmd_out_ok()) {
		put_event(c, &e);
		progress_packets(p, trace_packets(t));
	}
	return got < 0 ? got : 0;
}

static int classify_trace(void *arg, const char *path, struct progress *p,
                          struct fault *f)
{
	struct classifier *c = arg;
	struct trace *t = trace_open(path, &c->burst, f);
	int err;

	if (!t)
		return -EINVAL;
	c->labeller = labeller_new(&(struct labeller_params){
		.model = &c->model,
		.max_burst_flows = c->burst.max_burst_flows,
		.alone = c->o->alone,
	});
	err = c->labeller ? classify_events(c, t, p, f)
	                  : fault_set(f, -ENOMEM, "%s: out of memory", path);
	labeller_free(c->labeller);
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
	return cmd_each_capture(c->o, classify_trace, c);
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
	model_init(&c.model);
	if (cmd_load_model(&c.model, o->model, &f) < 0)
		code = cmd_failed("%s", f.text);
	else
		code = classify_all(&c);
	model_clear(&c.model);
	return code;
}
