/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats.h"

#include <math.h>

#define S4_SHIFT 32

/* v^4 in the units that s4 has by now. */
static unsigned __int128 fourth(const struct stats *s, uint64_t v)
{
	unsigned __int128 square = (unsigned __int128)v * v;

	if (s->s4_shift == 0)
		return square * square;
	square >>= S4_SHIFT / 2;
	return square * square;
}

void stats_add(struct stats *s, uint64_t v, uint64_t n)
{
	if (n == 0)
		return;
	if (v > STATS_MOST)
		v = STATS_MOST;
	if (v >= STATS_EXACT && s->s4_shift == 0) {
		s->s4 >>= S4_SHIFT;
		s->s4_shift = S4_SHIFT;
	}
	if (s->count == 0 || v < s->min)
		s->min = v;
	if (v > s->max)
		s->max = v;
	s->count += n;
	s->s1 += v * n;
	s->s2 += (unsigned __int128)v * v * n;
	s->s3 += (unsigned __int128)v * v * v * n;
	s->s4 += fourth(s, v) * n;
}

struct stats stats_join(const struct stats *a, const struct stats *b)
{
	struct stats s = *a;
	unsigned __int128 b4 = b->s4;

	if (b->count == 0)
		return *a;
	if (a->count == 0)
		return *b;
	if (a->s4_shift < b->s4_shift) {
		s.s4 >>= S4_SHIFT;
		s.s4_shift = S4_SHIFT;
	} else if (a->s4_shift > b->s4_shift) {
		b4 >>= S4_SHIFT;
	}
	s.s1 += b->s1;
	s.s2 += b->s2;
	s.s3 += b->s3;
	s.s4 += b4;
	s.count += b->count;
	s.min = a->min < b->min ? a->min : b->min;
	s.max = a->max > b->max ? a->max : b->max;
	return s;
}

/* Power sums about c, a number near the mean. */
struct central {
	long double t2, t3, t4;
};

/* In whole numbers, so that nothing cancels.  The largest term is below 8 * n * max^4,
 * which for half a million values of STATS_EXACT is still below 2^127. */
static struct central about_exact(const struct stats *s, __int128 c)
{
	__int128 n = (__int128)s->count, s1 = (__int128)s->s1;
	__int128 s2 = (__int128)s->s2, s3 = (__int128)s->s3, s4 = (__int128)s->s4;

	return (struct central){
		(long double)(s2 - 2 * c * s1 + n * c * c),
		(long double)(s3 - 3 * c * s2 + 3 * c * c * s1 - n * c * c * c),
		(long double)(s4 - 4 * c * s3 + 6 * c * c * s2 - 4 * c * c * c * s1 +
		              n * c * c * c * c),
	};
}

static struct central about_wide(const struct stats *s, long double c)
{
	long double n = (long double)s->count, s1 = (long double)s->s1;
	long double s2 = (long double)s->s2, s3 = (long double)s->s3;
	long double s4 = ldexpl((long double)s->s4, (int)s->s4_shift);

	return (struct central){
		s2 + c * (n * c - 2 * s1),
		s3 - c * (3 * s2 - c * (3 * s1 - n * c)),
		s4 - c * (4 * s3 - c * (6 * s2 - c * (4 * s1 - n * c))),
	};
}

/* The sums are first moved to the whole number next to the mean; the rest of the way, at
 * most a half, is short enough for floating point. */
struct moments stats_moments(const struct stats *s)
{
	struct moments m = { 0 };
	struct central t;
	uint64_t c;
	long double n, d, m2, m3, m4;

	if (s->count == 0)
		return m;
	m.mean = (double)s->s1 / (double)s->count;
	m.min = (double)s->min;
	m.max = (double)s->max;
	if (s->count < 3 || s->min == s->max)
		return m;

	c = (s->s1 + s->count / 2) / s->count;
	t = s->s4_shift ? about_wide(s, c) : about_exact(s, c);
	n = (long double)s->count;
	d = (long double)((__int128)s->s1 - (__int128)s->count * c) / n;
	m2 = t.t2 / n - d * d;
	m3 = t.t3 / n - d * (3 * t.t2 / n - 2 * d * d);
	m4 = t.t4 / n - d * (4 * t.t3 / n - d * (6 * t.t2 / n - 3 * d * d));
	m.std = (double)sqrtl(m2);
	m.skew = (double)(m3 / (m2 * sqrtl(m2)));
	m.kurtosis = (double)(m4 / (m2 * m2) - 3);
	return m;
}
