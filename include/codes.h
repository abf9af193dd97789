/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CODES_H
#define NFCLASS_CODES_H

#include "dataset.h"

/* Rows as small records for growing trees: every feature's value as the rank that it has
 * among that feature's values.  A rank is exact up to 65,536 distinct values; past that,
 * neighbouring values share one, so that ranks hold equally many rows. */

#define CODES_FEATURES_MAX        96
#define CODES_CLASSES_MAX         1024
#define CODES_WEIGHT_MAX          63

/* What follows the ranks in a record: how often the row is meant, and its class. */
#define CODES_TAIL(weight, label) ((uint16_t)((weight) << 10 | (label)))
#define CODES_WEIGHT(tail)        ((tail) >> 10 & 63)
#define CODES_LABEL(tail)         ((tail)&1023)

struct codes {
	unsigned features, classes;
	unsigned named; /* so many first classes; trees do not say the others' names */
	size_t rows, stride; /* stride in uint16_t, a multiple of 8 */
	uint16_t *record;    /* ranks, tail (weight 0), zeros */
	/* By feature and rank but the last: a float that is no less than all values of
	 * that rank and less than all values of the next. */
	float *cut[CODES_FEATURES_MAX];
	uint32_t cuts[CODES_FEATURES_MAX];
};

/* Instead of a row's class: one more that is not named, or none, since the row is not
 * learned from, which is for weights to see to. */
#define CODES_NAMELESS (UINT32_MAX - 1)
#define CODES_LEFT_OUT UINT32_MAX

/* Of the count rows of d listed in rows, row i of which is learned as taught[i]: its
 * class or one of the above; each as its class where that is NULL.  Features and classes
 * are within the limits above.  0 or -ENOMEM; c is to be cleared in either case. */
int codes_make(struct codes *c, const struct dataset *d, const uint32_t *rows,
               size_t count, const uint32_t *taught);
void codes_clear(struct codes *c);

#endif
