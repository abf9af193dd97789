/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot.h"

/* Pixels: a square, the origin LEFT from the left and as far below TOP as it is wide. */
#define SIDE 400
#define LEFT 40
#define TOP  10

static double across(double x)
{
	return LEFT + x * SIDE;
}

static double down(double y)
{
	return TOP + (1 - y) * SIDE;
}

void plot_begin(FILE *out)
{
	fprintf(out, "<svg width=\"%d\" height=\"%d\" role=\"img\">\n", SIDE + LEFT + 20,
	        SIDE + TOP + 40);
	for (int tenth = 0; tenth <= 10; tenth += 2) {
		double at = tenth / 10.0;

		fprintf(out,
		        "<path d=\"M%.0f %dV%dM%d %.0fH%d\" stroke=\"#ddd\" "
		        "fill=\"none\"/>"
		        "<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%.1f</text>"
		        "<text x=\"%d\" y=\"%.0f\" text-anchor=\"end\">%.1f</text>\n",
		        across(at), TOP, TOP + SIDE, LEFT, down(at), LEFT + SIDE,
		        across(at), TOP + SIDE + 16, at, LEFT - 6, down(at) + 4, at);
	}
}

void plot_line(const struct plot_point *p, size_t n, const char *colour, FILE *out)
{
	fprintf(out, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" d=\"", colour);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%.1f %.1f", i ? "L" : "M", across(p[i].x), down(p[i].y));
	fputs("\"/>\n", out);
}

void plot_dots(const struct plot_point *p, size_t n, const char *colour, FILE *out)
{
	for (size_t i = 0; i < n; i++)
		fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n",
		        across(p[i].x), down(p[i].y), colour);
}

void plot_end(FILE *out)
{
	fputs("</svg>\n", out);
}
