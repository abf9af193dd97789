/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_USAGE_H
#define NFCLASS_USAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "hash.h"
#include "names.h"
#include "packet.h"

/* Who uses what: how much each client has sent and received by each application.  It is
 * told by bursts that are over, so what a burst has carried counts from then on for as
 * long as it has taken: of a stream that is cut into bursts this shows the rate without a
 * break, a little late. */
struct usage;

enum { USAGE_UP, USAGE_DOWN }; /* sent by the client, received */

struct usage_amount {
	uint64_t pkts[2], bytes[2];
};

struct usage_row {
	struct addr client;
	uint32_t label;             /* the caller's number for it */
	struct usage_amount total;  /* as long as it has been remembered */
	struct usage_amount recent; /* within the last seconds asked for */
};

/* The longest while that can be asked for, and that what has taken longer counts for, at
 * its own rate. */
#define USAGE_SECONDS 60

/* Room for max pairs of client and label (1 to 2^27).  NULL when memory is short.  Ended
 * by usage_free(), which takes NULL. */
struct usage *usage_new(uint32_t max, const struct hash_key *secret);
void usage_free(struct usage *u);

/* So much more, which has taken so long.  now never goes back.  When there is no room,
 * the pair that was told of longest ago is forgotten. */
void usage_add(struct usage *u, const struct usage_row *more, struct mono took,
               struct mono now);

/* The pairs, those that were busiest in so many seconds (1 to USAGE_SECONDS) first; *n is
 * how many.  The caller's, for free(); NULL when memory is short. */
struct usage_row *usage_rows(struct usage *u, unsigned seconds, struct mono now,
                             size_t *n);

/* Pairs that were forgotten. */
uint64_t usage_forgotten(const struct usage *u);

/* What is shown of it. */
struct usage_view {
	const struct names *labels; /* by number */
	unsigned seconds;           /* 1 to USAGE_SECONDS */
	size_t most;                /* rows */
	struct mono now;
};

/* For people, and as one JSON object on one line.  0 or -ENOMEM. */
int usage_text(struct usage *u, const struct usage_view *v, FILE *out);
int usage_json(struct usage *u, const struct usage_view *v, FILE *out);

#endif
