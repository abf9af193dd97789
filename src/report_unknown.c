/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of foreign burst-flows, in all three forms. */
#include <inttypes.h>
#include <string.h>

#include "escape.h"
#include "report.h"

static double mean(const struct report_unknown *u, double sum)
{
	return u->rounds ? sum / (double)u->rounds : 0;
}

/* The numbers of a row, in the order of the titles. */
#define FIGURES 4
static const char *const figure_key[FIGURES] = { "called", "known_called", "at_limit",
	                                         "auroc" };
static const char *const figure_title[FIGURES] = { "Unknown", "(known)", "at 5 %",
	                                           "AUROC" };

static void figures_of(const struct report_unknown *u, const struct unknown_figures *f,
                       double *v)
{
	v[0] = mean(u, f->foreign_called);
	v[1] = mean(u, f->known_called);
	v[2] = mean(u, f->foreign_at_limit);
	v[3] = mean(u, f->auroc);
}

/* Of all classes that were left out, for a last row; how many they are. */
static size_t means_of(const struct report *r, double own[static FIGURES],
                       double all[static FIGURES])
{
	size_t n = 0;

	for (int k = 0; k < FIGURES; k++)
		own[k] = all[k] = 0;
	for (size_t i = 0; i < r->unknowns; i++) {
		double a[FIGURES], b[FIGURES];

		if (!r->unknown[i].left_out)
			continue;
		n++;
		figures_of(&r->unknown[i], &r->unknown[i].own, a);
		figures_of(&r->unknown[i], &r->unknown[i].all, b);
		for (int k = 0; k < FIGURES; k++) {
			own[k] += a[k];
			all[k] += b[k];
		}
	}
	for (int k = 0; k < FIGURES; k++) {
		own[k] /= n ? (double)n : 1;
		all[k] /= n ? (double)n : 1;
	}
	return n;
}

static void put_row(const char *name, const double *own, const double *all, FILE *out)
{
	char part[ESCAPE_SIZE], text[256] = "";

	while (escape_next(&name, ESCAPE_KV, part) &&
	       strlen(text) + strlen(part) < sizeof(text))
		strcat(text, part);
	fprintf(out, "%-22s", text);
	for (int k = 0; k < FIGURES; k++)
		fprintf(out, " %7.4f", own[k]);
	fputs("  ", out);
	for (int k = 0; k < FIGURES; k++)
		fprintf(out, " %7.4f", all[k]);
	fputc('\n', out);
}

void report_unknown_text(const struct report *r, FILE *out)
{
	double own[FIGURES], all[FIGURES];

	fprintf(out, "%-22s %-31s   %s\n%-22s", "foreign burst-flows", "by own votes",
	        "by all evidence", "");
	for (int k = 0; k < FIGURES; k++)
		fprintf(out, " %7s", figure_title[k]);
	fputs("  ", out);
	for (int k = 0; k < FIGURES; k++)
		fprintf(out, " %7s", figure_title[k]);
	fputc('\n', out);
	for (size_t i = 0; i < r->unknowns; i++) {
		figures_of(&r->unknown[i], &r->unknown[i].own, own);
		figures_of(&r->unknown[i], &r->unknown[i].all, all);
		put_row(r->unknown[i].name, own, all, out);
	}
	if (means_of(r, own, all) > 0)
		put_row("mean of classes", own, all, out);
}

static void put_figures(const char *name, const double *v, FILE *out)
{
	fprintf(out, ",\"%s\":{", name);
	for (int k = 0; k < FIGURES; k++)
		fprintf(out, "%s\"%s\":%.6f", k ? "," : "", figure_key[k], v[k]);
	fputc('}', out);
}

void report_unknown_json(const struct report *r, FILE *out)
{
	double v[FIGURES];

	fputs(",\n\"unknown\":[", out);
	for (size_t i = 0; i < r->unknowns; i++) {
		const struct report_unknown *u = &r->unknown[i];

		fputs(i ? ",\n{\"name\":\"" : "\n{\"name\":\"", out);
		escape_put(u->name, ESCAPE_JSON, out);
		fprintf(out, "\",\"known\":%" PRIu64 ",\"foreign\":%" PRIu64, u->known,
		        u->foreign);
		figures_of(u, &u->own, v);
		put_figures("own", v, out);
		figures_of(u, &u->all, v);
		put_figures("all", v, out);
		fputc('}', out);
	}
	fputs("]", out);
}

static void put_cells(const double *v, FILE *out)
{
	for (int k = 0; k < FIGURES; k++)
		fprintf(out, "<td>%.4f</td>", v[k]);
}

void report_unknown_html(const struct report *r, FILE *out)
{
	double v[FIGURES];

	fputs("<h2>Unknown</h2>\n<p>Of burst-flows of apps that the model never saw, the "
	      "share called Unknown: where the model draws the line, at which that of "
	      "known ones is in parentheses, and where 5 % of the known ones are lost; "
	      "and the area under the curve. First by own votes, then by all evidence."
	      "</p>\n<table>\n<tr><th></th>",
	      out);
	for (int k = 0; k < 2 * FIGURES; k++)
		fprintf(out, "<th>%s</th>", figure_title[k % FIGURES]);
	fputs("</tr>\n", out);
	for (size_t i = 0; i < r->unknowns; i++) {
		fputs("<tr><td>", out);
		escape_put(r->unknown[i].name, ESCAPE_XML, out);
		fputs("</td>", out);
		figures_of(&r->unknown[i], &r->unknown[i].own, v);
		put_cells(v, out);
		figures_of(&r->unknown[i], &r->unknown[i].all, v);
		put_cells(v, out);
		fputs("</tr>\n", out);
	}
	fputs("</table>\n", out);
}
