/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "escape.h"
#include "report.h"

static void put_string(const char *s, FILE *out)
{
	fputc('"', out);
	escape_put(s, ESCAPE_JSON, out);
	fputc('"', out);
}

/* KEY=VALUE as a member of an object; values stay strings. */
static void put_pair(const char *pair, FILE *out)
{
	const char *equals = strchrnul(pair, '=');
	char key[64];

	(void)snprintf(key, sizeof(key), "%.*s", (int)(equals - pair), pair);
	put_string(key, out);
	fputc(':', out);
	put_string(*equals ? equals + 1 : "", out);
}

static void put_about(const struct report *r, FILE *out)
{
	fputs("{\"about\":{", out);
	for (uint32_t i = 0; i < r->about->count; i++) {
		fputs(i ? "," : "", out);
		put_pair(r->about->name[i], out);
	}
	fputs("},\n", out);
}

static void put_classes(const struct report *r, FILE *out)
{
	fputs("\"classes\":[", out);
	for (uint32_t c = 0; c < r->sum->classes; c++) {
		struct judge_class k = judge_class(r->sum, c);

		fputs(c ? ",\n{\"name\":" : "\n{\"name\":", out);
		put_string(r->classes->name[c], out);
		fprintf(out,
		        ",\"precision\":%.6f,\"recall\":%.6f,\"f1\":%.6f,\"support\":"
		        "%" PRIu64 ",\"named\":%" PRIu64 ",\"named_right\":%" PRIu64 "}",
		        k.precision, k.recall, k.f1, k.support, r->sum->named[c],
		        r->sum->named_right[c]);
	}
	fputs("],\n", out);
}

static void put_scores(const struct report *r, FILE *out)
{
	fputs("\"scores\":{", out);
	for (int s = 0; s < JUDGE_SCORES; s++) {
		double mean, sd;

		report_score(r, (enum judge_score)s, &mean, &sd);
		fprintf(out, "%s\n\"%s\":{\"mean\":%.6f,\"sd\":%.6f,\"repeats\":[",
		        s ? "," : "", judge_score_key((enum judge_score)s), mean, sd);
		for (size_t i = 0; i < r->repeats; i++)
			fprintf(out, "%s%.6f", i ? "," : "", r->score[i][s]);
		fputs("]}", out);
	}
	fputs("},\n", out);
}

static void put_matrix(const struct report *r, FILE *out)
{
	const struct judge *j = r->sum;

	fputs("\"matrix\":[", out);
	for (uint32_t c = 0; c < j->classes; c++) {
		fputs(c ? ",\n[" : "\n[", out);
		for (uint32_t k = 0; k < j->classes; k++)
			fprintf(out, "%s%" PRIu64, k ? "," : "",
			        j->matrix[(size_t)c * j->classes + k]);
		fputc(']', out);
	}
	fputs("],\n", out);
}

static void put_curve(const struct report *r, FILE *out)
{
	fputs("\"curve\":[", out);
	for (unsigned s = 0; s <= JUDGE_STEPS; s++) {
		double coverage, accuracy;

		report_curve(r->sum, s, &coverage, &accuracy);
		fprintf(out,
		        "%s\n{\"confidence\":%.2f,\"coverage\":%.6f,\"accuracy\":%.6f}",
		        s ? "," : "", (double)s / JUDGE_STEPS, coverage, accuracy);
	}
	fputs("]", out);
}

static void put_early(const struct early *e, FILE *out)
{
	fputs(",\n\"early\":[", out);
	for (unsigned i = 0; i < EARLY_POINTS; i++) {
		const struct early_point *p = &e->point[i];
		struct early_scores s = early_scores(p);

		fputs(i ? ",\n{\"packets\":" : "\n{\"packets\":", out);
		if (p->packets)
			fprintf(out, "%" PRIu32, p->packets);
		else
			fputs("null", out);
		fprintf(out,
		        ",\"f1\":%.6f,\"accuracy\":%.6f,\"coverage\":%.6f,"
		        "\"named_accuracy\":%.6f,\"reached\":%.6f,"
		        "\"reached_accuracy\":%.6f,\"reached_coverage\":%.6f,"
		        "\"reached_named_accuracy\":%.6f,\"later_accuracy\":%.6f}",
		        s.f1, s.accuracy, s.coverage, s.named_accuracy, s.reached,
		        s.reached_accuracy, s.reached_coverage, s.reached_named_accuracy,
		        s.later_accuracy);
	}
	fputs("]", out);
}

/* Which traces were judged: so that others can judge by the same splits. */
static void put_splits(const struct report *r, FILE *out)
{
	fputs(",\n\"splits\":[", out);
	for (size_t i = 0; i < r->repeats; i++) {
		fputs(i ? ",\n[" : "\n[", out);
		for (uint32_t t = 0; t < r->split[i].judge_trace_count; t++) {
			fputs(t ? "," : "", out);
			put_string(r->traces->name[r->split[i].judge_traces[t]], out);
		}
		fputc(']', out);
	}
	fputs("]", out);
}

static void put_reliability(const struct report *r, FILE *out)
{
	fputs(",\n\"reliability\":[", out);
	for (unsigned bin = 0; bin < JUDGE_BINS; bin++) {
		struct judge_bin b = judge_bin(r->sum, bin);

		fprintf(out,
		        "%s\n{\"cases\":%" PRIu64
		        ",\"confidence\":%.6f,\"accuracy\":%.6f}",
		        bin ? "," : "", b.cases, b.confidence, b.accuracy);
	}
	fputs("]", out);
}

static void put_importance(const struct report *r, FILE *out)
{
	fputs(",\n\"importance\":{", out);
	for (uint32_t i = 0; i < r->features->count; i++) {
		fputs(i ? ",\n" : "\n", out);
		put_string(r->features->name[i], out);
		fprintf(out, ":%.6f", r->importance[i]);
	}
	fputs("}", out);
}

void report_json(const struct report *r, FILE *out)
{
	put_about(r, out);
	put_classes(r, out);
	put_scores(r, out);
	put_matrix(r, out);
	put_curve(r, out);
	put_reliability(r, out);
	if (r->importance)
		put_importance(r, out);
	if (r->early)
		put_early(r->early, out);
	if (r->split)
		put_splits(r, out);
	if (r->unknowns > 0)
		report_unknown_json(r, out);
	fputs("}\n", out);
}
