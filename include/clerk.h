/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CLERK_H
#define NFCLASS_CLERK_H

#include "outbox.h"

/* Counters of every flow for each second of the wall clock, handed on when it is over. */
struct clerk;

/* out is borrowed until clerk_free().  NULL when memory is short.  All that follow take
 * NULL, a clerk that counts nothing. */
struct clerk *clerk_new(const struct tally_params *p, struct outbox *out);
void clerk_free(struct clerk *c);

/* Time has come to now: a second may be over.  Its rows are handed on by clerk_work(), or
 * when the next one is over. */
void clerk_advance(struct clerk *c, struct mono now);

/* Hand on a few rows; false when none waits, or nobody could take more for now. */
bool clerk_work(struct clerk *c);
bool clerk_has_rows(const struct clerk *c);

/* Count a packet, after clerk_advance() to its time. */
void clerk_packet(struct clerk *c, const struct packet *pkt);

/* Hand on what was counted so far. */
void clerk_flush(struct clerk *c);

/* Packets of flows that were too many for their second. */
uint64_t clerk_missed(const struct clerk *c);

#endif
