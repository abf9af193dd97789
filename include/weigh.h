/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_WEIGH_H
#define NFCLASS_WEIGH_H

#include "dataset.h"
#include "evidence.h"

/* All evidence over the count rows of d listed in rows: p is a row of classes
 * probabilities for each, by its own features, and q gets one in the light of its
 * neighbours.  Rows of a burst stand together, bursts of a trace in their order, as
 * `extract` writes them; each trace begins with no past.  Where d does not know the ends
 * of its flows, only the burst and the bursts before it count.  0 or -ENOMEM. */
int weigh_rows(const struct dataset *d, const uint32_t *rows, size_t count,
               const struct evidence_strengths *s, unsigned classes, const float *p,
               float *q);

#endif
