/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_PLOT_H
#define NFCLASS_PLOT_H

#include <stddef.h>
#include <stdio.h>

/* Drawings in SVG, of shares from 0 to 1 each way. */

struct plot_point {
	double x, y;
};

/* A drawing with its axes. */
void plot_begin(FILE *out);

/* A line through points, or a dot at each; colour as in CSS. */
void plot_line(const struct plot_point *p, size_t n, const char *colour, FILE *out);
void plot_dots(const struct plot_point *p, size_t n, const char *colour, FILE *out);
void plot_end(FILE *out);

#endif
