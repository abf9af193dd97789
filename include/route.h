/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_ROUTE_H
#define NFCLASS_ROUTE_H

#include "flow.h"
#include "hash.h"

/* The interfaces that flows go through, as their first packets showed it. */
struct routes;

/* Room for max flows (1 to 2^27); beyond that the one that was used the longest ago makes
 * room.  NULL when memory is short.  Ended by route_free(), which takes NULL. */
struct routes *route_new(uint32_t max, const struct hash_key *secret);
void route_free(struct routes *r);

/* A packet of a flow came in by the one interface and leaves by the other. */
void route_note(struct routes *r, const struct packet *pkt, uint32_t in_if,
                uint32_t out_if);

/* The indices for packets that the client sends; both 0 when the flow is not known. */
void route_find(struct routes *r, const struct flow_ends *ends, uint32_t *in_if,
                uint32_t *out_if);

#endif
