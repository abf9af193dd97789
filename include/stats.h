/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_STATS_H
#define NFCLASS_STATS_H

#include <stdint.h>

/* Power sums of whole numbers about the first of them, exact while every value lies less
 * than STATS_EXACT from it: no floating point enters before the central moments are
 * taken, so a million packets of 1500 bytes with a jitter of one byte lose nothing, nor
 * do a thousand gaps of 75 s with a jitter of a millisecond.  All zero is the empty
 * sample. */
struct stats {
	unsigned __int128 s2, s3, s4; /* s3 is signed; s4 in units of 2^s4_shift */
	uint64_t s1, count, min, max; /* s1 is the plain sum of the values */
	uint64_t base;                /* the first value */
	unsigned s4_shift;
};

/* 67 s in microseconds.  With values further apart (up to STATS_MOST, 12 days; what is
 * above counts as that) the fourth sum is kept to 96 bits behind the largest, and is
 * right while the sum of all values is below 2^40. */
#define STATS_EXACT ((uint64_t)1 << 26)
#define STATS_MOST  (((uint64_t)1 << 40) - 1)

struct moments {
	double mean, min, max, std, kurtosis, skew;
};

/* Add n values of v. */
void stats_add(struct stats *s, uint64_t v, uint64_t n);

/* The sample that holds the values of both, all of them below STATS_EXACT. */
struct stats stats_join(const struct stats *a, const struct stats *b);

/* Population standard deviation, excess kurtosis (Fisher), Fisher-Pearson skew: what
 * scipy.stats calls kurtosis() and skew().  Those three are 0 when there are fewer than
 * three values or no variance; everything is 0 for the empty sample. */
struct moments stats_moments(const struct stats *s);

#endif
