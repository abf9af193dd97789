/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_ORDER_H
#define NFCLASS_ORDER_H

#include <stdint.h>
#include <string.h>

/* Floats as whole numbers in the same order (of their sign and magnitude, so -0 comes
 * right before 0), and back. */

static inline uint32_t order_of(float x)
{
	uint32_t b;

	memcpy(&b, &x, sizeof(b));
	return b >> 31 ? ~b : b | 1U << 31;
}

static inline float order_float(uint32_t b)
{
	float x;

	b = b >> 31 ? b & ~(1U << 31) : ~b;
	memcpy(&x, &b, sizeof(x));
	return x;
}

/* For qsort() of finite floats. */
static inline int order_floats(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The least and the greatest finite float. */
#define ORDER_MIN 0x00800000U
#define ORDER_MAX 0xff7fffffU

#endif
