/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_DESK_H
#define NFCLASS_DESK_H

#include "outbox.h"

/* What waits to be labelled, in the order in which it happened: ended bursts, burst-flows
 * that are due, a change of the service.  It is worked off in small pieces, so that
 * packets need not wait for labels. */
struct desk;

/* Both are borrowed until desk_free(), which takes NULL.  NULL when memory is short. */
struct desk *desk_new(struct burst_tracker *t, struct outbox *o);
void desk_free(struct desk *d);

/* Take over what has ended by now, and label what is due, in the light of all that ended
 * before: after every packet and advance of time.  While the desk is so busy that packets
 * would have to wait for that, what is due is passed over: its final label will do. */
void desk_collect(struct desk *d);

/* How many burst-flows were passed over. */
uint64_t desk_passed_over(const struct desk *d);

/* One of a few things for a few burst-flows.  false when nothing is left to do. */
bool desk_work(struct desk *d);
bool desk_is_empty(const struct desk *d);

/* Serve something else, with a labeller made by outbox_labeller(), once all is labelled
 * that waits now.  Until then the desk is changing, and nothing else can be served. */
void desk_serve(struct desk *d, const struct outbox_service *s, struct labeller *l);
bool desk_is_changing(const struct desk *d);

#endif
