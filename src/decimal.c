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
	static const char pair[] = "00010203040506070809101112131415161718192021222324"
				   "25262728293031323334353637383940414243444546474849"
				   "50515253545556575859606162636465666768697071727374"
				   "75767778798081828384858687888990919293949596979899";
	char digit[20], *first = digit + sizeof(digit);

	if (v < 10) {
		*to = (char)('0' + v);
		return to + 1;
	}
	for (; v >= 100; v /= 100)
		first = memcpy(first - 2, pair + 2 * (v % 100), 2);
	if (v >= 10)
		first = memcpy(first - 2, pair + 2 * v, 2);
	else
		*--first = (char)('0' + v);
	return mempcpy(to, first, (size_t)(digit + sizeof(digit) - first));
}

/* floor() of what is neither negative nor large, which is a call where the processor may
 * lack SSE 4.1. */
static double whole_part(double v)
{
	return (double)(int64_t)v;
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
	char *end;

	to = decimal_u64(to, n / unit);
	if (!rest)
		return to;
	end = decimal_u64(to, unit + rest); /* 1 and all places */
	*to = '.';
	while (end[-1] == '0')
		end--;
	return end;
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
		double scaled = v * power[places], whole = whole_part(scaled);
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
	if (size < PLAIN_MOST && size == whole_part(size))
		return decimal_u64(at, (uint64_t)size);
	if (size >= PLAIN_LEAST && size < PLAIN_MOST && by_scaling(&at, size))
		return at;
	return by_printf(to, v);
}
