/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_WEIGH_H
#define NFCLASS_WEIGH_H

#include "evidence.h"
#include "stream.h"

/* All evidence over rows of a data set. */
struct weigh_params {
	unsigned classes;
	const float *prior; /* by class */
	struct evidence_strengths strengths;
};

/* p is EVIDENCE_VIEWS rows of probabilities for each of rows, one a class, by its own
 * features, and q gets one in the light of its neighbours; so does each row's novelty.
 * Rows of a burst stand together, bursts of a trace in their order, as `extract` writes
 * them; each trace begins with no past.  0 or -ENOMEM. */
int weigh_rows(const struct forest_rows *rows, const struct weigh_params *w,
               const float *p, float *q, float *novelty);

/* What each part of the evidence says of the flows of a stream, in their order:
 * EVIDENCE_PARTS rows of z a flow, one number a class. */
int weigh_stream(const struct stream *s, const struct weigh_params *w, const float *p,
                 float *z);

#endif
