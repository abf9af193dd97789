/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_OVERLAY_H
#define NFCLASS_OVERLAY_H

#include "burst.h"
#include "fault.h"

/* Two captures as one client would have made them at a time: their packets in the order
 * of time go through the core together, so that bursts merge as they would live. */

struct overlay_trace {
	const char *path;
	const struct flow_ends *ends; /* of every flow in it; repeats do no harm */
	size_t count;
	struct mono first; /* packet of a flow */
	struct mono begin; /* when that one shall come */
};

enum { OVERLAY_BASE, OVERLAY_OVER, OVERLAY_TRACES };

/* The client of the second, which is that of most of its flows, becomes the client of the
 * first; where a flow of the second would then be one of the first, its client takes
 * another port.  NULL with *f filled, as replay_open().  Ended by overlay_free(), which
 * takes NULL. */
struct overlay;
struct overlay *overlay_open(const struct overlay_trace trace[static OVERLAY_TRACES],
                             const struct burst_params *p, struct fault *f);
void overlay_free(struct overlay *o);

/* The next burst in the order in which they end, good until the next call; NULL at the
 * end, which for a broken capture comes after its whole packets. */
const struct burst *overlay_next(struct overlay *o);

/* Which of the two a flow comes from. */
unsigned overlay_side(const struct overlay *o, const struct flow_ends *ends);

#endif
