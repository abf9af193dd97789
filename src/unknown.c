/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unknown.h"

#include <errno.h>
#include <stdlib.h>

int unknown_add(struct unknown_doubts *u, float doubt, bool called)
{
	if (u->count == u->room) {
		size_t room = u->room ? 2 * u->room : 256;
		float *more = reallocarray(u->doubt, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		u->doubt = more;
		u->room = room;
	}
	u->doubt[u->count++] = doubt;
	u->called += called;
	return 0;
}

void unknown_clear(struct unknown_doubts *u)
{
	free(u->doubt);
	*u = (struct unknown_doubts){ 0 };
}

static int by_doubt(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

static double share(double part, size_t all)
{
	return all ? part / (double)all : 0;
}

/* Of sorted ones, how many are below x, or at most x. */
static size_t count_to(const struct unknown_doubts *u, float x, bool equal)
{
	size_t low = 0, high = u->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (u->doubt[mid] < x || (equal && u->doubt[mid] <= x))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static double foreign_at_limit(const struct unknown_doubts *known,
                               const struct unknown_doubts *foreign)
{
	size_t spare = (size_t)(UNKNOWN_LIMIT * (double)known->count);
	float line;

	if (known->count == 0)
		return 0;
	line = known->doubt[known->count - 1 - spare];
	return share((double)(foreign->count - count_to(foreign, line, true)),
	             foreign->count);
}

static double auroc(const struct unknown_doubts *known,
                    const struct unknown_doubts *foreign)
{
	double sum = 0;

	for (size_t i = 0; i < foreign->count; i++) {
		size_t below = count_to(known, foreign->doubt[i], false);
		size_t equal = count_to(known, foreign->doubt[i], true) - below;

		sum += share((double)below + 0.5 * (double)equal, known->count);
	}
	return share(sum, foreign->count);
}

static void sort(struct unknown_doubts *u)
{
	if (u->count > 0)
		qsort(u->doubt, u->count, sizeof(*u->doubt), by_doubt);
}

void unknown_compare(struct unknown_doubts *known, struct unknown_doubts *foreign,
                     struct unknown_figures *figures)
{
	sort(known);
	sort(foreign);
	*figures = (struct unknown_figures){
		.foreign_called = share((double)foreign->called, foreign->count),
		.known_called = share((double)known->called, known->count),
		.foreign_at_limit = foreign_at_limit(known, foreign),
		.auroc = auroc(known, foreign),
	};
}
