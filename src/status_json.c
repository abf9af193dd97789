/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status.h"

#include <inttypes.h>

#include "escape.h"

static void put_string(const char *text, FILE *out)
{
	fputc('"', out);
	escape_put(text, ESCAPE_JSON, out);
	fputc('"', out);
}

/* Keys and values without the braces. */
static void put_group(enum status_group g, const struct status_counters *n, FILE *out)
{
	struct status_counter c;

	for (unsigned i = 0; status_counter(g, i, n, &c); i++)
		fprintf(out, "%s\"%s\":%" PRIu64, i > 0 ? "," : "", c.name, c.value);
}

static void put_object(const char *key, enum status_group g,
                       const struct status_counters *n, FILE *out)
{
	fprintf(out, ",\"%s\":{", key);
	put_group(g, n, out);
	fputc('}', out);
}

/* Of a queue, or of all. */
static void put_lane(const struct status_counters *n, FILE *out)
{
	put_group(STATUS_QUEUE, n, out);
	fputc(',', out);
	put_group(STATUS_BURSTS, n, out);
	put_object("decoded", STATUS_DECODED, n, out);
}

static void put_queues(const struct status *s, FILE *out)
{
	fputs(",\"queues\":[", out);
	for (unsigned q = 0; q < s->queues; q++) {
		fprintf(out, "%s{\"queue\":%u,\"answers\":%s", q > 0 ? "," : "",
		        s->first_queue + q, s->queue[q].answers ? "true," : "false");
		if (s->queue[q].answers)
			put_lane(&s->queue[q].n, out);
		fputc('}', out);
	}
	fputc(']', out);
}

static void put_losses(const struct status *s, FILE *out)
{
	struct status_counter c;
	const char *between = "";

	fputs(",\"losses\":{", out);
	for (int g = 0; g < STATUS_GROUPS; g++) {
		for (unsigned i = 0;
		     status_counter((enum status_group)g, i, &s->total, &c); i++) {
			if (!c.loss || c.value == 0)
				continue;
			fprintf(out, "%s\"%s\":%" PRIu64, between, c.name, c.value);
			between = ",";
		}
	}
	fputc('}', out);
}

static void put_labels(const struct sink *sink, FILE *out)
{
	fputs(",\"labels\":{", out);
	for (uint32_t i = 0; i < sink->labels.count; i++) {
		fputs(i > 0 ? "," : "", out);
		put_string(sink->labels.name[i], out);
		fprintf(out, ":%" PRIu64, sink->label_count[i]);
	}
	fputc('}', out);
}

static void put_about(const struct status_about *a, FILE *out)
{
	const struct model *m = a->model;

	fprintf(out, "\"version\":\"" NFCLASS_VERSION "\",\"uptime_s\":%" PRId64,
	        a->up.us / MONO_SECOND);
	fputs(",\"model\":{\"path\":", out);
	put_string(a->model_path, out);
	fprintf(out, ",\"features\":\"%s\",\"gap_ms\":%.10g,\"max_ms\":%.10g",
	        feature_set_name(m->set), (double)m->gap.us / 1000,
	        (double)m->max.us / 1000);
	fputs(",\"classes\":[", out);
	for (uint32_t c = 0; c < m->classes.count; c++) {
		fputs(c > 0 ? "," : "", out);
		put_string(m->classes.name[c], out);
	}
	fputs("]}", out);
}

void status_json(const struct status *s, const struct sink *sink,
                 const struct status_about *a, FILE *out)
{
	fputc('{', out);
	put_about(a, out);
	put_losses(s, out);
	fputs(",\"total\":{", out);
	put_lane(&s->total, out);
	fputc('}', out);
	put_object("marks", STATUS_MARKS, &s->total, out);
	put_object("skip", STATUS_SKIP, &s->total, out);
	put_object("file", STATUS_FILE, &s->total, out);
	put_labels(sink, out);
	put_queues(s, out);
	fputs("}\n", out);
}
