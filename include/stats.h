/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_STATS_H
#define NFCLASS_STATS_H

#include <stdint.h>

/* Power sums of whole numbers, exact while every value is below STATS_EXACT: no floating
 * point enters before the central moments are taken, so a million packets of 1500
 * bytes with a jitter of one byte lose nothing.  All zero is the empty sample. */
struct stats {
	unsigned __int128 s2, s3, s4; /* s4 in units of 2^s4_shift */
	uint64_t s1, count, min, max;
	unsigned s4_shift;
};

/* 67 s in microseconds.  With larger values (up to STATS_MOST; what is above counts as
 * that) the fourth sum is kept to 96 bits behind the largest. */
#define STATS_EXACT ((uint64_t)1 << 26)
#define STATS_MOST  (((uint64_t)1 << 40) - 1)

struct moments {
	double mean, min, max, std, kurtosis, skew;
};

/* Add n values of v. */
void stats_add(struct stats *s, uint64_t v, uint64_t n);

/* The sample that holds the values of both. */
struct stats stats_join(const struct stats *a, const struct stats *b);

/* Population standard deviation, excess kurtosis (Fisher), Fisher-Pearson skew: what
 * scipy.stats calls kurtosis() and skew().  Those three are 0 when there are fewer than
 * three values or no variance; everything is 0 for the empty sample. */
struct moments stats_moments(const struct stats *s);

#endif
