/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_LABEL_H
#define NFCLASS_LABEL_H

#include "burst.h"
#include "model.h"

/* The name given to a burst-flow. */
enum label_reason { LABEL_KNOWN, LABEL_LOW_CONFIDENCE, LABEL_TOO_FEW_PACKETS };

struct label {
	uint32_t best;    /* the likeliest class, also when the answer is Unknown */
	float confidence; /* calibrated probability of best */
	enum label_reason reason;
};

/* The class's name, or "Unknown". */
const char *label_name(const struct model *m, const struct label *l);
const char *label_reason_name(enum label_reason r); /* "", "low-confidence", ... */

/* The label of one burst-flow by votes of forest_votes() for it alone; work has room for
 * a float for each class. */
struct label label_of_votes(const struct model *m, const uint32_t *votes,
                            uint64_t packets, float *work);

/* The class with the most votes; of several with as many, the first. */
uint32_t label_most_votes(const uint32_t *votes, uint32_t classes);

/* Labels for all flows of an ended burst, in the order of its list; label has room for
 * b->flow_count.  alone: each by its own votes only.  work is scratch memory of
 * label_work_size(m, most flows) bytes. */
void label_burst(const struct model *m, const struct burst *b, bool alone, void *work,
                 struct label *label);
size_t label_work_size(const struct model *m, uint32_t most_flows);

#endif
