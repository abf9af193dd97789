/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A random order, in which every trace that is laid over its own class then trades with a
 * random other one, so that both are right.  Of n traces, s of the class: those that must
 * not trade are the s of the class, and the s over which one of the class lies; so while
 * 2s is at most n, there is always one to trade with. */
#include "pairing.h"

#include <errno.h>
#include <stdbool.h>

#define NONE UINT32_MAX

struct pairing {
	uint32_t *over;
	const uint32_t *class_of;
	uint32_t n;
	struct rng *rng;
};

static void shuffle(uint32_t *list, uint32_t n, struct rng *r)
{
	for (uint32_t i = 0; i < n; i++)
		list[i] = i;
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = rng_below(r, i), swap = list[i - 1];

		list[i - 1] = list[j];
		list[j] = swap;
	}
}

/* A random trace that is not of class c, nor, for a trade, has one of it laid over; NONE
 * when there is none. */
static uint32_t draw(const struct pairing *p, uint32_t c, bool trade)
{
	uint32_t found = NONE, count = 0;

	/* The k-th that fits takes the place of the one before with probability 1/k. */
	for (uint32_t j = 0; j < p->n; j++)
		if (p->class_of[j] != c && !(trade && p->class_of[p->over[j]] == c) &&
		    rng_below(p->rng, ++count) == 0)
			found = j;
	return found;
}

static void mend(const struct pairing *p, uint32_t i)
{
	uint32_t c = p->class_of[i], j = draw(p, c, true), swap = p->over[i];

	if (j == NONE) {
		p->over[i] = draw(p, c, false);
		return;
	}
	p->over[i] = p->over[j];
	p->over[j] = swap;
}

int pairing_make(uint32_t *over, const uint32_t *class_of, uint32_t n, struct rng *r)
{
	const struct pairing p = { over, class_of, n, r };

	if (n == 0 || draw(&p, class_of[0], false) == NONE)
		return -EINVAL;
	shuffle(over, n, r);
	for (uint32_t i = 0; i < n; i++)
		if (class_of[over[i]] == class_of[i])
			mend(&p, i);
	return 0;
}
