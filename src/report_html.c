/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One file that opens anywhere: styles inside, drawings as SVG, no script, nothing
 * fetched. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "plot.h"
#include "report.h"

static void put_head(const struct report *r, FILE *out)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<title>nfclass eval</title>\n<style>\n"
	      "body{font:15px/1.4 sans-serif;max-width:70em;margin:2em auto;padding:0 "
	      "1em}\n"
	      "table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:right}\n"
	      "th:first-child,td:first-child{text-align:left}\n"
	      "tr+tr td{border-top:1px solid #ddd}text{font:11px sans-serif}\n"
	      "</style></head><body>\n<h1>nfclass eval</h1>\n<table>\n",
	      out);
	for (uint32_t i = 0; i < r->about->count; i++) {
		const char *pair = r->about->name[i], *equals = strchrnul(pair, '=');
		char key[64];

		(void)snprintf(key, sizeof(key), "%.*s", (int)(equals - pair), pair);
		fputs("<tr><td>", out);
		escape_put(key, ESCAPE_XML, out);
		fputs("</td><td>", out);
		escape_put(*equals ? equals + 1 : "", ESCAPE_XML, out);
		fputs("</td></tr>\n", out);
	}
	fputs("</table>\n", out);
}

static void put_scores(const struct report *r, FILE *out)
{
	fputs("<h2>Scores</h2>\n<table>\n<tr><th></th><th>mean</th>"
	      "<th>standard deviation</th></tr>\n",
	      out);
	for (int s = 0; s < JUDGE_SCORES; s++) {
		double mean, sd;

		report_score(r, (enum judge_score)s, &mean, &sd);
		fprintf(out, "<tr><td>%s</td><td>%.4f</td>",
		        judge_score_title((enum judge_score)s), mean);
		if (r->repeats > 1)
			fprintf(out, "<td>%.4f</td></tr>\n", sd);
		else
			fputs("<td></td></tr>\n", out);
	}
	fputs("</table>\n", out);
}

static void put_classes(const struct report *r, FILE *out)
{
	fputs("<h2>Classes</h2>\n<table>\n<tr><th></th><th>precision</th><th>recall</th>"
	      "<th>f1-score</th><th>support</th><th>named</th></tr>\n",
	      out);
	for (uint32_t c = 0; c < r->sum->classes; c++) {
		struct judge_class k = judge_class(r->sum, c);

		fputs("<tr><td>", out);
		escape_put(r->classes->name[c], ESCAPE_XML, out);
		fprintf(out,
		        "</td><td>%.2f</td><td>%.2f</td><td>%.2f</td><td>%" PRIu64
		        "</td><td>%" PRIu64 "</td></tr>\n",
		        k.precision, k.recall, k.f1, k.support, r->sum->named[c]);
	}
	fputs("</table>\n", out);
}

#define NAMES_WIDTH 140 /* pixels beside and above the matrix */

/* One row of the matrix: the darker, the larger the share of the row's truth. */
static void put_row(const struct report *r, uint32_t truth, unsigned cell, FILE *out)
{
	const struct judge *j = r->sum;
	uint64_t all = judge_class(j, truth).support;
	unsigned y = NAMES_WIDTH + truth * cell;

	fprintf(out, "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">", NAMES_WIDTH - 6,
	        y + cell / 2 + 4);
	escape_put(r->classes->name[truth], ESCAPE_XML, out);
	fputs("</text>\n", out);
	for (uint32_t c = 0; c < j->classes; c++) {
		uint64_t n = j->matrix[(size_t)truth * j->classes + c];
		double part = all ? (double)n / (double)all : 0;
		unsigned x = NAMES_WIDTH + c * cell;

		fprintf(out,
		        "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" fill=\"%s\" "
		        "fill-opacity=\"%.3f\" stroke=\"#ccc\"/>",
		        x, y, cell, cell, c == truth ? "#1a7f37" : "#cf222e", part);
		if (n && cell >= 30)
			fprintf(out,
			        "<text x=\"%u\" y=\"%u\" text-anchor=\"middle\">%" PRIu64
			        "</text>",
			        x + cell / 2, y + cell / 2 + 4, n);
		fputc('\n', out);
	}
}

static void put_matrix(const struct report *r, FILE *out)
{
	uint32_t classes = r->sum->classes;
	unsigned cell = classes <= 12 ? 60 : 16;
	unsigned size = NAMES_WIDTH + classes * cell + 10;

	fprintf(out,
	        "<h2>Confusion matrix</h2>\n<p>Rows are the truth, columns the "
	        "label.</p>\n"
	        "<svg width=\"%u\" height=\"%u\" role=\"img\">\n",
	        size, size);
	for (uint32_t c = 0; c < classes; c++) {
		unsigned x = NAMES_WIDTH + c * cell + cell / 2 + 4;

		fprintf(out, "<text x=\"%u\" y=\"%d\" transform=\"rotate(-60 %u %d)\">",
		        x, NAMES_WIDTH - 6, x, NAMES_WIDTH - 6);
		escape_put(r->classes->name[c], ESCAPE_XML, out);
		fputs("</text>\n", out);
	}
	for (uint32_t c = 0; c < classes; c++)
		put_row(r, c, cell, out);
	fputs("</svg>\n", out);
}

static void put_curve(const struct report *r, FILE *out)
{
	struct plot_point p[JUDGE_STEPS + 1];
	size_t n = 0;

	fputs("<h2>Accuracy and coverage</h2>\n<p>Across: the share of burst-flows that "
	      "are named when a confidence is asked for; up: how many of those are named "
	      "rightly.</p>\n",
	      out);
	for (unsigned s = 0; s <= JUDGE_STEPS; s++) {
		report_curve(r->sum, s, &p[n].x, &p[n].y);
		n += p[n].x > 0;
	}
	plot_begin(out);
	plot_line(p, n, "#0969da", out);
	plot_end(out);
}

/* The largest number of packets is at 1, by its logarithm; all of them are no number. */
static void put_early(const struct early *e, FILE *out)
{
	struct plot_point p[EARLY_POINTS];
	double most = 1;
	size_t n = 0;

	fputs("<h2>Early labels</h2>\n<p>Across: the packets that a burst-flow has when "
	      "it gets its label, on a logarithmic scale",
	      out);
	for (unsigned i = 0; i < EARLY_POINTS; i++)
		most = fmax(most, e->point[i].packets);
	for (unsigned i = 0; i < EARLY_POINTS; i++)
		if (e->point[i].packets > 0)
			p[n++] = (struct plot_point){
				log(e->point[i].packets) / log(most),
				early_scores(&e->point[i]).accuracy
			};
	fprintf(out,
	        " from 1 at 0 to %.0f at 1; up: the share of labels that are "
	        "right.</p>\n",
	        most);
	plot_begin(out);
	plot_line(p, n, "#0969da", out);
	plot_dots(p, n, "#0969da", out);
	plot_end(out);
}

/* Bins of confidence, beside the line on which it would be right. */
static void put_reliability(const struct report *r, FILE *out)
{
	static const struct plot_point right[] = { { 0, 0 }, { 1, 1 } };
	struct plot_point p[JUDGE_BINS];
	size_t n = 0;

	fputs("<h2>Reliability</h2>\n<p>Across: the confidence that burst-flows are "
	      "named "
	      "with, in tenths; up: how many of them are named rightly. What lies below "
	      "the line is too sure of itself.</p>\n",
	      out);
	plot_begin(out);
	plot_line(right, 2, "#bbb", out);
	for (unsigned bin = 0; bin < JUDGE_BINS; bin++) {
		struct judge_bin b = judge_bin(r->sum, bin);

		if (b.cases > 0)
			p[n++] = (struct plot_point){ b.confidence, b.accuracy };
	}
	plot_line(p, n, "#0969da", out);
	plot_dots(p, n, "#0969da", out);
	plot_end(out);
}

#define IMPORTANT 20 /* features at most */

static void put_important(const struct report *r, const uint32_t *order, FILE *out)
{
	for (uint32_t i = 0; i < r->features->count && i < IMPORTANT; i++) {
		double most = r->importance[order[0]], own = r->importance[order[i]];

		fputs("<tr><td>", out);
		escape_put(r->features->name[order[i]], ESCAPE_XML, out);
		fprintf(out,
		        "</td><td>%.4f</td><td style=\"text-align:left\">"
		        "<svg width=\"300\" height=\"12\"><rect width=\"%.0f\" "
		        "height=\"12\" fill=\"#0969da\"/></svg></td></tr>\n",
		        own, own > 0 ? 300 * own / most : 0);
	}
}

static void put_importance(const struct report *r, FILE *out)
{
	uint32_t *order = calloc((size_t)r->features->count + 1, sizeof(*order));

	fputs("<h2>Importance of features</h2>\n<p>How much of the vote for the right "
	      "class is lost when a feature's values are shuffled: the largest.</p>\n"
	      "<table>\n",
	      out);
	if (order) {
		report_importance(r, order);
		put_important(r, order, out);
	}
	fputs(order ? "</table>\n" : "</table>\n<p>out of memory</p>\n", out);
	free(order);
}

void report_html(const struct report *r, FILE *out)
{
	put_head(r, out);
	put_scores(r, out);
	put_classes(r, out);
	put_matrix(r, out);
	put_curve(r, out);
	put_reliability(r, out);
	if (r->early)
		put_early(r->early, out);
	if (r->importance)
		put_importance(r, out);
	if (r->unknowns > 0)
		report_unknown_html(r, out);
	fputs("</body></html>\n", out);
}
