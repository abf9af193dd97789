/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_HOLD_H
#define NFCLASS_HOLD_H

#include "flow.h"
#include "hash.h"
#include "table.h"

/* What each flow counts as: its first label at once, and another only once that has come
 * with some bursts in a row.  Unknown never takes the place of an app. */
struct hold;

/* A label, as a number that the caller knows; HOLD_UNKNOWN is Unknown. */
#define HOLD_UNKNOWN UINT32_MAX

struct hold_flow {
	struct table_node node; /* the table's; what follows to be read */
	struct flow_key key;
	struct flow_ends ends;
	uint32_t label;      /* what it counts as */
	bool provisional;    /* and that is of a burst that has not ended yet */
	uint32_t rival, run; /* what the last run bursts said instead */
	uint32_t agreed;     /* so many bursts in a row have said label, up to 255 */
	struct mono last;    /* label */
	uint32_t value;      /* the caller's, like the next one */
	bool changed;
};

/* For max flows (1 to 2^27): beyond that, the one whose label is the oldest is forgotten.
 * NULL when memory is short.  Ended by hold_free(), which takes NULL. */
struct hold *hold_new(uint32_t max, const struct hash_key *secret);
void hold_free(struct hold *h);

struct hold_news {
	struct mono now; /* never goes back */
	uint32_t label;
	bool provisional;
	uint32_t bursts; /* in a row that a new label takes */
};

/* After so long without a label a flow's ends may be a new connection's: it is new. */
#define HOLD_LIFE mono_ms(10 * 60 * 1000)
bool hold_is_old(const struct hold_flow *f, struct mono now);

/* A label came.  The flow, good until the next call; its value is 0 when it is new.  A
 * provisional label counts for flows that are new or Unknown, and until the burst's own
 * label comes. */
struct hold_flow *hold_label(struct hold *h, const struct flow_ends *ends,
                             const struct hold_news *news);

/* What is known of a flow, good until the next call; NULL when nothing is. */
const struct hold_flow *hold_find(const struct hold *h, const struct flow_ends *ends);

/* All flows, from the one with the oldest label on: pass NULL to begin; NULL at the end.
 */
struct hold_flow *hold_next(struct hold *h, const struct hold_flow *f);

#endif
