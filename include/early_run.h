/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_EARLY_RUN_H
#define NFCLASS_EARLY_RUN_H

#include "early.h"
#include "fault.h"
#include "label.h"

/* Captures go through the core once for each point of the curve, as the daemon would have
 * seen them with early_packets set to it. */
struct early_run {
	const struct model *model;
	const struct burst_params *burst; /* gap, max and MTU are the model's */
	bool alone;                       /* by each burst-flow's own votes */
};

/* Judge the burst-flows of a capture, all of which are of class truth, and add them to e.
 * 0, or -errno with *f filled; a broken capture counts up to where it breaks. */
int early_run(struct early *e, const struct early_run *r, const char *path,
              uint32_t truth, struct fault *f);

#endif
