/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_BAGS_H
#define NFCLASS_BAGS_H

#include <stdbool.h>

#include "dataset.h"
#include "rng.h"

/* The traces that rows come from, for trees that draw whole traces.  Rows of one trace
 * are much alike: a tree that has seen some of them is no judge of the others, and what
 * out-of-bag votes teach would be too sure of itself. */
struct bags {
	uint32_t *bag;   /* by row: its trace, numbered so that those of a class stand
	                    together */
	uint32_t *first; /* by class: its first trace; one more at the end */
	uint32_t classes;
};

/* So many traces a class needs at least. */
#define BAGS_LEAST 5

/* Of the count rows of d listed in rows.  1 when done; 0 when a class that has rows has
 * too few traces; -ENOMEM.  To be cleared in any case. */
int bags_make(struct bags *b, const struct dataset *d, const uint32_t *rows,
              size_t count);
void bags_clear(struct bags *b);

/* Of each class draw as many traces as it has, with replacement: times[bag], for which
 * there is room for all of them, says how often; at most most. */
void bags_draw(const struct bags *b, struct rng *rng, uint16_t *times, uint16_t most);

/* A row of a trace of n rows weighs n^-trace: at 0 all rows weigh the same, at 1 all
 * traces.  Then the rows of a class that weigh w together each weigh w^-class times that:
 * at 1 all classes weigh the same.  */
struct bags_powers {
	double trace, class;
};

/* upto[i] is the sum of the weights of rows up to and with the i-th of the list;
 * their mean is 1.  0 or -ENOMEM. */
int bags_weights(const struct dataset *d, const uint32_t *rows, size_t count,
                 struct bags_powers power, double *upto);

#endif
