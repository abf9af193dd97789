/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A float of ordinary size is scaled to a whole number of its first digits in double,
 * which has room to spare; what double cannot settle goes the long way by printf. */
#include "decimal.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MIN  6 /* so many survive the way into a float and back */
#define DIGITS_MAX  9 /* so many always suffice (IEEE 754, 5.12.2) */

/* Where %g writes no exponent, whatever the digits. */
#define PLAIN_LEAST 0.0001
#define PLAIN_MOST  999999

static const double power[] = { 1,   1e1, 1e2, 1e3,  1e4,  1e5,  1e6,
	                        1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13 };

char *decimal_u64(char *to, uint64_t v)
{
	char digit[20];
	unsigned n = 0;

	do
		digit[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n > 0)
		*to++ = digit[--n];
	return to;
}

static char *by_printf(char *to, float v)
{
	int len = 0;

	for (int digits = DIGITS_MIN; digits <= DIGITS_MAX; digits++) {
		len = snprintf(to, DECIMAL_SIZE, "%.*g", digits, (double)v);
		if (strtof(to, NULL) == v)
			break;
	}
	return to + len;
}

/* n / 10^places, zeros at the end left out. */
static char *put_scaled(char *to, uint64_t n, unsigned places)
{
	uint64_t unit = (uint64_t)power[places], rest = n % unit;

	to = decimal_u64(to, n / unit);
	if (!rest)
		return to;
	*to++ = '.';
	for (; rest; rest %= unit) {
		unit /= 10;
		*to++ = (char)('0' + rest / unit);
	}
	return to;
}

/* The place of the first digit: 10^place <= v, which is in the plain range. */
static int first_place(double v)
{
	int place = 5;

	while (place > 0 && v < power[place])
		place--;
	if (v >= 1)
		return place;
	while (v * power[-place] < 1)
		place--;
	return place;
}

/* false when double cannot tell which way to round. */
static bool by_scaling(char **to, double v)
{
	int first = first_place(v);

	for (int digits = DIGITS_MIN; digits <= DIGITS_MAX; digits++) {
		int places = digits - 1 - first;
		double scaled = v * power[places], whole = floor(scaled);
		double above = scaled - whole;

		if (fabs(above - 0.5) < 1e-6)
			return false;
		whole += above > 0.5;
		if ((float)(whole / power[places]) == (float)v) {
			*to = put_scaled(*to, (uint64_t)whole, (unsigned)places);
			return true;
		}
	}
	return false;
}

char *decimal_float(char *to, float v)
{
	char *at = to;
	double size = fabs((double)v);

	if (signbit(v))
		*at++ = '-';
	if (size < PLAIN_MOST && size == floor(size))
		return decimal_u64(at, (uint64_t)size);
	if (size >= PLAIN_LEAST && size < PLAIN_MOST && by_scaling(&at, size))
		return at;
	return by_printf(to, v);
}
