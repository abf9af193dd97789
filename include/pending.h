/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_PENDING_H
#define NFCLASS_PENDING_H

#include "flow.h"
#include "hash.h"
#include "mono.h"

/* Marks that wait for the next packet of their flow to carry them. */
struct pending;

struct pending_mark {
	struct flow_ends ends;
	uint32_t value, mask; /* of the mark's bits only those in mask change */
};

/* Room for max (1 to 2^27).  NULL when memory is short.  Ended by pending_free(), which
 * takes NULL. */
struct pending *pending_new(uint32_t max, const struct hash_key *secret);
void pending_free(struct pending *p);

/* How many wait. */
uint32_t pending_count(const struct pending *p);

/* From now on this is what its flow waits for, instead of what it waited for before.
 * false when there is no room. */
bool pending_put(struct pending *p, const struct pending_mark *m, struct mono until);

/* What this packet is to carry; it waits no longer.  false when nothing. */
bool pending_take(struct pending *p, const struct packet *pkt, struct pending_mark *m);

/* One whose time is over; it waits no longer.  false when there is none.  Put with until
 * in rising order, none is missed. */
bool pending_late(struct pending *p, struct mono now, struct pending_mark *m);

/* When the next will be late; false when none waits. */
bool pending_next(struct pending *p, struct mono *at);

#endif
