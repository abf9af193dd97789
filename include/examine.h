/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_EXAMINE_H
#define NFCLASS_EXAMINE_H

#include "judge.h"
#include "model.h"
#include "unknown.h"

/* Ask a model about rows, and judge what it says of them. */
struct examine {
	const struct model *model;
	const uint32_t *class_of; /* by label of the data: the class as judged */
	bool alone;               /* by each burst-flow's own votes */
};

/* Rows as weigh_rows() wants them, whose classes are known.  Adds to *sum.  0 or -ENOMEM.
 */
int examine_rows(const struct examine *x, const struct forest_rows *rows,
                 struct judge *sum);

/* Rows whose classes do not matter, nor class_of.  Adds how doubtful they are to *u.  0
 * or -ENOMEM. */
int examine_doubts(const struct examine *x, const struct forest_rows *rows,
                   struct unknown_doubts *u);

#endif
