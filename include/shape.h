/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_SHAPE_H
#define NFCLASS_SHAPE_H

#include <stdio.h>

#include "fault.h"
#include "rate.h"
#include "words.h"

/* What a class of traffic gets of the link. */

#define SHAPE_PRIO_MAX      7
#define SHAPE_PRIO_STANDARD 4

/* Bits per second; 0: as the link allows.  A ceil is never below its rate. */
struct shape {
	char name[WORDS_SIZE];
	uint64_t down, down_ceil, up, up_ceil;
	unsigned prio; /* 0 goes first */
};

/* "down RATE [ceil RATE] up RATE [ceil RATE] prio N", the three in any order, at least
 * one of them; all but the name.  -EINVAL with what is wrong in f. */
int shape_parse(const char *text, struct shape *s, struct fault *f);

/* The same words; shape_parse() of them gives the same. */
void shape_print(const struct shape *s, FILE *out);

#endif
