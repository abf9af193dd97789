/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_SKIP_H
#define NFCLASS_SKIP_H

#include "ctmsg.h"
#include "hash.h"
#include "tally.h"

/* Connections that skip the queue, and what the kernel counts of them meanwhile.  A
 * connection's way: skip_add(), the caller sets its bit, the kernel tells of it, after a
 * while skip_due() gives it back, the caller clears its bit, the kernel tells of it once
 * more. */
struct skip;

struct skip_counters {
	uint64_t begun;     /* left the queue */
	uint64_t returned;  /* came back to it */
	uint64_t ended;     /* outside */
	uint64_t lost;      /* could not be found when they were to leave or return */
	uint64_t full;      /* stayed in the queue: too many were outside */
	uint64_t uncounted; /* left while nf_conntrack_acct was off for them */
	uint64_t packets, bytes; /* outside, as the kernel counts them */
};

/* Room for max connections (1 to 2^27).  NULL when memory is short.  Ended by
 * skip_free(), which takes NULL. */
struct skip *skip_new(uint32_t max, const struct hash_key *secret);
void skip_free(struct skip *s);

/* This connection, client first, is to leave the queue; false when there is no room, or
 * when it is outside already.  label is the caller's number, and stands in rows. */
bool skip_add(struct skip *s, const struct flow_ends *ends, uint32_t label,
              struct mono now);

/* Is it outside?  What is labelled of it then is from before it left. */
bool skip_has(const struct skip *s, const struct flow_ends *ends);

/* The next that has been outside for so long; its ends are good until the next call.  It
 * counts as inside from now on.  NULL when there is none. */
const struct flow_ends *skip_due(struct skip *s, struct mono now, struct mono stay);

/* When the next will have been; false when there is none. */
bool skip_next(const struct skip *s, struct mono stay, struct mono *at);

/* The kernel tells of a connection; what it has counted since it left, or since it was
 * told of before, goes into *row.  false when that is nothing. */
bool skip_look(struct skip *s, const struct ctmsg_entry *e, struct tally_row *row);

/* The same of a connection that has ended. */
bool skip_ended(struct skip *s, const struct ctmsg_entry *e, struct tally_row *row);

/* How many are outside. */
uint32_t skip_now(const struct skip *s);
const struct skip_counters *skip_counters(const struct skip *s);

#endif
