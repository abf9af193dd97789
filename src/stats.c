/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats.h"

#include <assert.h>
#include <math.h>

#define S4_SHIFT 32

/* The fourth power in the units that s4 has by now. */
static unsigned __int128 fourth(const struct stats *s, unsigned __int128 square)
{
	unsigned __int128 high = square >> S4_SHIFT, low = (uint32_t)square;

	if (s->s4_shift == 0)
		return square * square;
	return (high * high << S4_SHIFT) + 2 * high * low + (low * low >> S4_SHIFT);
}

void stats_add(struct stats *s, uint64_t v, uint64_t n)
{
	unsigned __int128 square;
	int64_t d;

	if (n == 0)
		return;
	if (v > STATS_MOST)
		v = STATS_MOST;
	if (s->count == 0)
		s->base = s->min = v;
	d = (int64_t)v - (int64_t)s->base;
	square = (unsigned __int128)((__int128)d * d);
	if (square >= (unsigned __int128)STATS_EXACT * STATS_EXACT && s->s4_shift == 0) {
		s->s4 >>= S4_SHIFT;
		s->s4_shift = S4_SHIFT;
	}
	if (v < s->min)
		s->min = v;
	if (v > s->max)
		s->max = v;
	s->count += n;
	s->s1 += v * n;
	s->s2 += square * n;
	s->s3 += square * (unsigned __int128)d * n; /* modulo 2^128, as is d < 0 */
	s->s4 += fourth(s, square) * n;
}

/* Power sums about a number. */
struct sums {
	__int128 t1, t2, t3, t4;
};

/* About base + c, in whole numbers, so that nothing cancels.  Near the mean the largest
 * term is below 8 * n * max^4, which for half a million values of STATS_EXACT is still
 * below 2^127. */
static struct sums about_exact(const struct stats *s, __int128 c)
{
	__int128 n = (__int128)s->count, s1 = (__int128)s->s1 - n * (__int128)s->base;
	__int128 s2 = (__int128)s->s2, s3 = (__int128)s->s3, s4 = (__int128)s->s4;

	return (struct sums){
		s1 - n * c,
		s2 - 2 * c * s1 + n * c * c,
		s3 - 3 * c * s2 + 3 * c * c * s1 - n * c * c * c,
		s4 - 4 * c * s3 + 6 * c * c * s2 - 4 * c * c * c * s1 + n * c * c * c * c,
	};
}

struct stats stats_join(const struct stats *a, const struct stats *b)
{
	struct stats s = *a;
	struct sums t;

	if (b->count == 0)
		return *a;
	if (a->count == 0)
		return *b;
	assert(a->s4_shift == 0 && b->s4_shift == 0);
	t = about_exact(b, (__int128)a->base - (__int128)b->base);
	s.s1 += b->s1;
	s.s2 += (unsigned __int128)t.t2;
	s.s3 += (unsigned __int128)t.t3;
	s.s4 += (unsigned __int128)t.t4;
	s.count += b->count;
	s.min = a->min < b->min ? a->min : b->min;
	s.max = a->max > b->max ? a->max : b->max;
	return s;
}

struct central {
	long double m2, m3, m4;
};

/* The sums are first moved to the whole number next to the mean; the rest of the way, at
 * most a half, is short enough for floating point. */
static struct central central_exact(const struct stats *s, int64_t c)
{
	struct sums t = about_exact(s, c);
	long double n = (long double)s->count, d = (long double)t.t1 / n;
	long double t2 = (long double)t.t2 / n, t3 = (long double)t.t3 / n;
	long double t4 = (long double)t.t4 / n;

	return (struct central){
		t2 - d * d,
		t3 - d * (3 * t2 - 2 * d * d),
		t4 - d * (4 * t3 - d * (6 * t2 - 3 * d * d)),
	};
}

/* base is one of the values, so it lies at most sqrt(n) deviations from the mean: that
 * bounds what cancels here by n, which floating point can pay. */
static struct central central_wide(const struct stats *s)
{
	long double n = (long double)s->count;
	long double d = (long double)s->s1 / n - (long double)s->base;
	long double s2 = (long double)s->s2 / n;
	long double s3 = (long double)(__int128)s->s3 / n;
	long double s4 = ldexpl((long double)s->s4, S4_SHIFT) / n;

	return (struct central){
		s2 - d * d,
		s3 - d * (3 * s2 - 2 * d * d),
		s4 - d * (4 * s3 - d * (6 * s2 - 3 * d * d)),
	};
}

struct moments stats_moments(const struct stats *s)
{
	struct moments m = { 0 };
	struct central t;

	if (s->count == 0)
		return m;
	m.mean = (double)s->s1 / (double)s->count;
	m.min = (double)s->min;
	m.max = (double)s->max;
	if (s->count < 3 || s->min == s->max)
		return m;

	if (s->s4_shift)
		t = central_wide(s);
	else
		t = central_exact(s, (int64_t)((s->s1 + s->count / 2) / s->count) -
		                             (int64_t)s->base);
	m.std = (double)sqrtl(t.m2);
	m.skew = (double)(t.m3 / (t.m2 * sqrtl(t.m2)));
	m.kurtosis = (double)(t.m4 / (t.m2 * t.m2) - 3);
	return m;
}
