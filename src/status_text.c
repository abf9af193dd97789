/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status.h"

#include <inttypes.h>

#include "escape.h"

static void put_head(const struct status_about *a, FILE *out)
{
	int64_t s = a->up.us / MONO_SECOND;

	fprintf(out, "nfclassd " NFCLASS_VERSION ", up for ");
	if (s >= 86400)
		fprintf(out, "%" PRId64 " d ", s / 86400);
	fprintf(out, "%02d:%02d:%02d\n", (int)(s / 3600 % 24), (int)(s / 60 % 60),
	        (int)(s % 60));
}

static unsigned put_loss(const struct status_counter *c, FILE *out)
{
	if (!c->loss || c->value == 0)
		return 0;
	fprintf(out, "%12" PRIu64 "  %s (%s)\n", c->value, c->loss, c->name);
	return 1;
}

/* What a person has to know comes before what is only nice to know. */
static void put_losses(const struct status *s, FILE *out)
{
	struct status_counter c;
	unsigned losses = 0, silent = 0;

	for (unsigned q = 0; q < s->queues; q++)
		if (!s->queue[q].answers) {
			fprintf(out, "worker of queue %u does not answer\n",
			        s->first_queue + q);
			silent++;
		}
	for (int g = 0; g < STATUS_GROUPS; g++)
		for (unsigned i = 0;
		     status_counter((enum status_group)g, i, &s->total, &c); i++) {
			if (losses == 0 && c.loss && c.value > 0)
				fputs("LOST\n", out);
			losses += put_loss(&c, out);
		}
	if (losses == 0)
		fputs(silent ? "nothing was lost by the others\n" : "nothing was lost\n",
		      out);
}

static void put_model(const struct status_about *a, FILE *out)
{
	const struct names *classes = &a->model->classes;

	fputs("\nmodel    ", out);
	escape_put(a->model_path, ESCAPE_KV, out);
	fputs("\nclasses  ", out);
	for (uint32_t c = 0; c < classes->count; c++) {
		fputs(c > 0 ? ", " : "", out);
		escape_put(classes->name[c], ESCAPE_KV, out);
	}
	fputc('\n', out);
}

static void put_labels(const struct sink *sink, FILE *out)
{
	if (sink->labels.count == 0)
		return;
	fputs("labels  ", out);
	for (uint32_t i = 0; i < sink->labels.count; i++) {
		fputs(i > 0 ? ", " : " ", out);
		escape_put(sink->labels.name[i], ESCAPE_KV, out);
		fprintf(out, " %" PRIu64, sink->label_count[i]);
	}
	fputc('\n', out);
}

static void put_queues(const struct status *s, FILE *out)
{
	for (unsigned q = 0; q < s->queues; q++) {
		const struct lane_counters *n = &s->queue[q].n.lane;

		if (s->queue[q].answers)
			fprintf(out,
			        "queue %u: %" PRIu64 " packets, %" PRIu32
			        " waiting, %" PRIu32 " flows, %" PRIu32 " open bursts\n",
			        s->first_queue + q, n->queue.packets, n->kernel.waiting,
			        n->flows_now, n->open_now);
	}
}

/* Those that are losses stand above. */
static void put_counters(const struct status *s, FILE *out)
{
	static const char *const title[STATUS_GROUPS] = {
		[STATUS_QUEUE] = "queues",    [STATUS_DECODED] = "decoded",
		[STATUS_BURSTS] = "bursts",   [STATUS_MARKS] = "marks",
		[STATUS_SKIP] = "not queued",
	};
	struct status_counter c;

	for (int g = 0; g < STATUS_FILE; g++) {
		if (!s->told[g])
			continue;
		fprintf(out, "\n%s\n", title[g]);
		for (unsigned i = 0;
		     status_counter((enum status_group)g, i, &s->total, &c); i++)
			if (!c.loss)
				fprintf(out, "%16" PRIu64 "  %s\n", c.value, c.name);
	}
}

void status_text(const struct status *s, const struct sink *sink,
                 const struct status_about *a, FILE *out)
{
	put_head(a, out);
	put_losses(s, out);
	put_model(a, out);
	put_labels(sink, out);
	put_queues(s, out);
	put_counters(s, out);
}
