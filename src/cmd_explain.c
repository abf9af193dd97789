/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "explain.h"
#include "model_load.h"
#include "trace.h"

/* In text; JSON has all of them. */
#define FEATURES_SHOWN 10
#define STRAYS_SHOWN   5

struct explainer {
	const struct options *o;
	struct burst_params burst;
	struct model model;
	struct trace *trace;
	struct labeller *labeller;
	bool json;
	const struct cmd_capture *capture; /* at hand */
	FILE *out;                         /* the same's */
	uint64_t explained;
};

static void put_classes(const struct explainer *e, const struct explain *x)
{
	double left = 1;

	fprintf(e->out, "  %-16s   votes  %s\n", "class",
	        e->o->alone ? "calibrated" : "together");
	for (unsigned c = 0; c < x->classes; c++) {
		const char *name = e->model.classes.name[c];
		int pad = 16 - (int)strlen(name);

		fputs("  ", e->out);
		escape_put(name, ESCAPE_KV, e->out);
		left -= x->votes[c];
		fprintf(e->out, "%*s  %6.4f  %6.4f%s\n", pad > 0 ? pad : 0, "",
		        x->votes[c], x->all[c],
		        c == x->best    ? "  best"
		        : c == x->rival ? "  runner-up"
		                        : "");
	}
	if (left > 1e-9)
		fprintf(e->out, "  %-16s  %6.4f\n", "(none of these)", left);
	fprintf(e->out, "  margin: votes %+.4f, %s %+.4f\n",
	        x->votes[x->best] - x->votes[x->rival],
	        e->o->alone ? "calibrated" : "together",
	        x->all[x->best] - x->all[x->rival]);
}

static void put_parts(const struct explainer *e, const struct explain *x)
{
	double sum = 0;

	fputs("  evidence for the best class against the runner-up, logarithms of odds\n",
	      e->out);
	for (int k = 0; k < EVIDENCE_PARTS; k++) {
		sum += x->part[k];
		fprintf(e->out, "    %-14s %+8.3f\n",
		        explain_part_name((enum evidence_part)k), x->part[k]);
	}
	fprintf(e->out, "    %-14s %+8.3f\n", "sum", sum);
}

static void put_features(const struct explainer *e, const struct explain *x)
{
	double rest = 0;

	fprintf(e->out, "  %-16s        value       median  moved the votes by\n",
	        "feature");
	for (unsigned i = 0; i < x->features; i++) {
		const struct explain_feature *f = &x->feature[i];

		if (i >= FEATURES_SHOWN)
			rest += f->moved;
		else
			fprintf(e->out, "  %-16s %12.6g %12.6g  %+.4f\n",
			        feature_name(e->model.set, f->feature), (double)f->value,
			        (double)f->median, f->moved);
	}
	fprintf(e->out, "  %-42s  %+.4f\n", "all others", rest);
	fprintf(e->out, "  %-42s  %+.4f\n", "before any feature", x->prior);
}

/* From which doubt on the burst-flow is novel; 2 when never. */
static double novel_above(const struct explainer *e)
{
	const struct novelty *n = &e->model.novelty;

	return (double)(e->o->alone ? n->limit_alone : n->limit);
}

/* From which confidence on the best class is named; above 1 when never. */
static double named_from(const struct explainer *e, const struct explain *x)
{
	const struct model *m = &e->model;

	return (double)(e->o->alone ? m->threshold_alone : m->threshold)[x->best];
}

static void put_confidence(const struct explainer *e, const struct explain *x)
{
	double from = named_from(e, x);

	fprintf(e->out, "  confidence: %.4f, ", (double)x->label.confidence);
	if (from > 1)
		fputs("and the best class is never named\n", e->out);
	else
		fprintf(e->out, "named from %.4f on\n", from);
}

static void put_doubt(const struct explainer *e, const struct explain *x)
{
	fprintf(e->out, "  doubt that it is any of them: %.4f", (double)x->label.doubt);
	if (novel_above(e) < (double)NOVELTY_NEVER)
		fprintf(e->out, ", novel above %.4f", novel_above(e));
	fputc('\n', e->out);
	if (e->model.novelty.trees == 0)
		return;
	fprintf(e->out, "  novelty: %.4f by its own features", (double)x->novelty);
	if (!e->o->alone)
		fprintf(e->out, ", %.4f as its neighbours have it",
		        (double)x->novelty_together);
	fputc('\n', e->out);
}

/* The share of trees that have its value outside of what they know. */
static double stray_share(const struct explainer *e, const struct novelty_stray *s)
{
	return (double)(s->below + s->above) / e->model.novelty.trees;
}

/* Features outside of what was learned. */
static void put_strays(const struct explainer *e, const struct explain *x)
{
	unsigned shown = x->strays < STRAYS_SHOWN ? x->strays : STRAYS_SHOWN;

	if (shown == 0) {
		fputs("  none of its features is outside of what was learned: its "
		      "neighbours' are\n",
		      e->out);
		return;
	}
	fprintf(e->out, "  %-16s        value    trees  learned\n", "outside");
	for (unsigned i = 0; i < shown; i++) {
		const struct novelty_stray *s = &x->stray[i];

		fprintf(e->out, "  %-16s %12.6g  %5.0f %%  %c%.6g, %.6g%c\n",
		        feature_name(e->model.set, s->feature),
		        (double)x->row[s->feature], 100 * stray_share(e, s),
		        s->least_open ? '(' : '[', (double)s->least, (double)s->largest,
		        s->largest_open ? ')' : ']');
	}
	if (shown < x->strays)
		fprintf(e->out, "  and %u more\n", x->strays - shown);
}

static void put_text(const struct explainer *e, const struct burst_flow *bf,
                     const struct explain *x)
{
	struct record r;

	record_fill(&r, &e->model, bf, &x->label, 0);
	cmd_put_record(e->capture, &r, RECORD_KV);
	fputc('\n', e->out);
	put_classes(e, x);
	put_confidence(e, x);
	put_doubt(e, x);
	if (x->label.reason == LABEL_NOVEL)
		put_strays(e, x);
	if (!e->o->alone)
		put_parts(e, x);
	put_features(e, x);
	fputc('\n', e->out);
}

static void put_string(const struct explainer *e, const char *s)
{
	fputc('"', e->out);
	escape_put(s, ESCAPE_JSON, e->out);
	fputc('"', e->out);
}

static void put_json_classes(const struct explainer *e, const struct explain *x)
{
	fputs("\"best\":", e->out);
	put_string(e, e->model.classes.name[x->best]);
	fputs(",\"runner_up\":", e->out);
	put_string(e, e->model.classes.name[x->rival]);
	fputs(",\"classes\":[", e->out);
	for (unsigned c = 0; c < x->classes; c++) {
		fputs(c ? ",{\"name\":" : "{\"name\":", e->out);
		put_string(e, e->model.classes.name[c]);
		fprintf(e->out, ",\"votes\":%.6f,\"probability\":%.6f}", x->votes[c],
		        x->all[c]);
	}
	fputs("]", e->out);
}

static void put_json_novelty(const struct explainer *e, const struct explain *x)
{
	fprintf(e->out,
	        ",\"named_from\":%.6f,\"doubt\":%.6f,\"novel_above\":%.6f,"
	        "\"novelty\":{\"own\":%.6f,\"together\":%.6f,\"outside\":[",
	        named_from(e, x), (double)x->label.doubt, novel_above(e),
	        (double)x->novelty, (double)x->novelty_together);
	for (unsigned i = 0; i < x->strays; i++) {
		const struct novelty_stray *s = &x->stray[i];

		fprintf(e->out,
		        "%s{\"name\":\"%s\",\"value\":%.9g,\"share\":%.4f,"
		        "\"least\":%.9g,\"largest\":%.9g}",
		        i ? "," : "", feature_name(e->model.set, s->feature),
		        (double)x->row[s->feature], stray_share(e, s), (double)s->least,
		        (double)s->largest);
	}
	fputs("]}", e->out);
}

static void put_json_features(const struct explainer *e, const struct explain *x)
{
	fputs(",\"features\":[", e->out);
	for (unsigned i = 0; i < x->features; i++) {
		const struct explain_feature *f = &x->feature[i];

		fprintf(e->out,
		        "%s{\"name\":\"%s\",\"value\":%.9g,\"median\":%.9g,"
		        "\"moved\":%.6f}",
		        i ? "," : "", feature_name(e->model.set, f->feature),
		        (double)f->value, (double)f->median, f->moved);
	}
	fputs("]", e->out);
}

/* One object a line: what `classify` gives, and why. */
static void put_json(const struct explainer *e, const struct burst_flow *bf,
                     const struct explain *x)
{
	struct record r;

	record_fill(&r, &e->model, bf, &x->label, 0);
	fputs("{\"flow\":", e->out);
	cmd_put_record(e->capture, &r, RECORD_JSON);
	fputc(',', e->out);
	put_json_classes(e, x);
	put_json_novelty(e, x);
	fputs(",\"evidence\":{", e->out);
	for (int k = 0; k < EVIDENCE_PARTS; k++)
		fprintf(e->out, "%s\"%s\":%.6f", k ? "," : "",
		        explain_part_name((enum evidence_part)k), x->part[k]);
	fprintf(e->out, "},\"prior\":%.6f", x->prior);
	put_json_features(e, x);
	fputs("}\n", e->out);
}

static bool is_wanted(const struct options *o, const struct burst_flow *bf)
{
	return (!o->burst_number || bf->burst->number == o->burst_number) &&
	       (!o->client_port || bf->ends.client_port == o->client_port);
}

static int explain_burst(struct explainer *e, const struct burst *b, struct fault *f)
{
	size_t i = 0;

	(void)labeller_burst(e->labeller, b); /* explain_flow() asks for them */
	burst_each_flow (b, bf) {
		struct explain x;
		int err;

		if (!is_wanted(e->o, bf)) {
			i++;
			continue;
		}
		err = explain_flow(&x, e->labeller, i++);
		if (!err && e->json)
			put_json(e, bf, &x);
		else if (!err)
			put_text(e, bf, &x);
		explain_clear(&x);
		if (err)
			return fault_set(f, err, "out of memory");
		e->explained++;
	}
	return 0;
}

static void end_explaining(void *own)
{
	struct explainer *e = own;

	labeller_free(e->labeller);
	trace_free(e->trace);
}

static void *begin_explaining(void *arg)
{
	struct explainer *e = arg;

	e->trace = trace_new(&e->burst);
	e->labeller = labeller_new(&(struct labeller_params){
		.model = &e->model,
		.max_burst_flows = e->burst.max_burst_flows,
		.alone = e->o->alone,
		.parts = true,
	});
	if (e->trace && e->labeller)
		return e;
	end_explaining(e);
	return NULL;
}

static int explain_trace(void *own, const struct cmd_capture *c, struct fault *f)
{
	struct explainer *e = own;
	const struct burst *b;
	int got, err = trace_open(e->trace, c->path, f);

	e->capture = c;
	e->out = c->out;
	labeller_forget(e->labeller);
	while (!err && cmd_out_ok(e->out) && (got = trace_next(e->trace, &b, f)) != 0) {
		err = got < 0 ? got : explain_burst(e, b, f);
		progress_packets(c->progress, trace_packets(e->trace));
	}
	return err;
}

static int explain_all(struct explainer *e)
{
	const struct cmd_reader reader = { begin_explaining, end_explaining,
		                           explain_trace, e };
	int code;

	e->burst = e->o->burst;
	e->burst.gap = e->model.gap;
	e->burst.max = e->model.max;
	e->burst.mtu_bytes = e->model.mtu_bytes;
	code = cmd_each_capture(e->o, 1, &reader);
	if (code == CMD_DONE && e->explained == 0)
		return cmd_failed("explain: no such burst-flow in the captures");
	return code;
}

int cmd_explain(const struct options *o)
{
	struct explainer e = { .o = o };
	struct fault f;
	int code;

	if (!o->model)
		return cmd_usage("explain: no model given (-m MODEL)");
	if (o->count == 0)
		return cmd_usage("explain: no TRACE given");
	e.json = o->as && strcmp(o->as, "json") == 0;
	if (o->as && !e.json && strcmp(o->as, "text") != 0)
		return cmd_usage("--format: '%s' is not text or json", o->as);
	if (model_load(&e.model, o->model, &f) < 0)
		code = cmd_failed("%s", f.text);
	else
		code = explain_all(&e);
	model_clear(&e.model);
	return code;
}
