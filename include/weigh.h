/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_WEIGH_H
#define NFCLASS_WEIGH_H

#include "evidence.h"
#include "forest.h"

/* All evidence over rows: p is a row of probabilities for each, one a
 * class, by its own features, and q gets one in the light of its neighbours.  Rows of a
 * burst stand together, bursts of a trace in their order, as `extract` writes them; each
 * trace begins with no past.  Where the data set does not know the ends of its flows,
 * only the burst and the bursts before it count.  0 or -ENOMEM. */
int weigh_rows(const struct forest_rows *rows, unsigned classes,
               const struct evidence_strengths *s, const float *p, float *q);

#endif
