/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_PORTER_H
#define NFCLASS_PORTER_H

#include "pending.h"

/* Marks on their way from the thread that writes labels to packets, and back when no
 * packet came.  None is ever lost: while nobody takes back, no more are taken. */
struct porter;

/* bell_fd is an eventfd that is written to when marks come back.  NULL when memory is
 * short.  Ended by porter_free(), which takes NULL. */
struct porter *porter_new(const struct hash_key *secret, int bell_fd);
void porter_free(struct porter *p);

/* So many may wait to be seen, and as many for a packet. */
#define PORTER_MARKS 1024

/* For the thread that writes labels: the next packet of this flow is to carry this mark,
 * instead of what it was to carry before; false when too many wait. */
bool porter_give(struct porter *p, const struct pending_mark *m);

/* For the thread that writes labels: the next mark that comes back; false when there is
 * none. */
bool porter_take_back(struct porter *p, struct pending_mark *m);

/* All that follow are for the packets' thread. */

/* See what was given; what no packet came for in PORTER_WAIT_MS goes back. */
#define PORTER_WAIT_MS 200
void porter_look(struct porter *p, struct mono now);

/* How many wait for a packet, and what this one is to carry: false for nothing. */
uint32_t porter_count(const struct porter *p);
bool porter_deliver(struct porter *p, const struct packet *pkt, struct pending_mark *m);

/* When it is time to look again; false when nothing waits that could go back. */
bool porter_next(const struct porter *p, struct mono *at);

/* No packet comes any more, and nothing is given: all goes back. */
void porter_end(struct porter *p);

#endif
