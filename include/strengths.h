/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_STRENGTHS_H
#define NFCLASS_STRENGTHS_H

#include "weigh.h"

/* How much each part of the evidence is to count, learned from rows whose classes are
 * known. */
struct strengths_lesson {
	const struct forest_rows *rows;
	unsigned classes;
	const float *prior; /* by class */
	const float *p;     /* by row and class: what trees that have not seen it say */
	const uint32_t
		*trees; /* by row: how many they are; rows with none teach nothing */
	struct stream_choice from; /* at most so many rows, by this seed */
};

/* Find the strengths with the least log loss (as of a conditional logit: McFadden,
 * "Conditional logit analysis of qualitative choice behavior", 1974), over traces by
 * themselves and over traces laid over each other, which count the same: then the sum of
 * all evidence is a calibrated probability, whether a client uses one app or two.  The
 * same lesson gives the same strengths; evidence_defaults() when there is nothing to
 * learn from.  0 or -ENOMEM. */
int strengths_learn(const struct strengths_lesson *l, struct evidence_strengths *s);

#endif
