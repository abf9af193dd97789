/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_STATS_H
#define NFCLASS_STATS_H

#include <stdint.h>

/* Power sums of whole numbers, exact as long as count * max^4 stays below 2^127: no
 * floating point enters before the central moments are taken, so a million packets of
 * 1500 bytes with a jitter of one byte lose nothing.  All zero is the empty sample. */
struct stats {
	unsigned __int128 s2, s3, s4;
	uint64_t s1, count;
	uint32_t min, max;
};

struct moments {
	double mean, min, max, std, kurtosis, skew;
};

/* Add n values of v.  v is below 2^26 (67 s in microseconds). */
void stats_add(struct stats *s, uint32_t v, uint32_t n);

/* Population standard deviation, excess kurtosis (Fisher), Fisher-Pearson skew: what
 * scipy.stats calls kurtosis() and skew().  Those three are 0 when there are fewer than
 * three values or no variance; everything is 0 for the empty sample. */
struct moments stats_moments(const struct stats *s);

#endif
