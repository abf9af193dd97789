/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_BYPASS_H
#define NFCLASS_BYPASS_H

#include "sink.h"
#include "skip.h"

/* Connections whose label is settled leave the queue: a bit in their mark has the packet
 * filter pass it by.  They come back after a while, and leave again when they still are
 * what they were.  The main thread's, and no packet waits for it. */
struct bypass;

struct bypass_params {
	uint32_t bit;     /* in marks, for connections that are outside */
	uint32_t mask;    /* the bits of the mark that labels gave, set with it */
	uint32_t bursts;  /* in a row that must agree; 0: none leaves */
	struct mono stay; /* so long, outside */
	bool counters;    /* rows of what passes outside, once a second */
};

/* At most max_flows are outside at a time.  What an earlier process left outside comes
 * back.  What the kernel lacks is warned of, and then nothing leaves.  NULL when memory
 * is short.  Ended by bypass_free(), which takes NULL. */
struct bypass *bypass_new(const struct bypass_params *p, uint32_t max_flows);
void bypass_free(struct bypass *b);

/* Go over to other settings; all come back if need be. */
void bypass_serve(struct bypass *b, const struct bypass_params *p, struct sink *sink);

/* Is it outside?  Then its label is of the last packets before, or among, those that saw
 * it leave, and says nothing new. */
bool bypass_has(const struct bypass *b, const struct flow_ends *ends);

/* A burst's own label that has been given its mark: the connection leaves, and the mark
 * goes with it, with the next bypass_flush(); false when not enough bursts have agreed.
 */
bool bypass_label(struct bypass *b, const struct record *r);
void bypass_flush(struct bypass *b);

/* Look at the clock and at what the kernel tells: let connections come back, and count.
 * Milliseconds until it wants to look again; -1 for never. */
int bypass_advance(struct bypass *b, struct sink *sink);

/* For poll(): readable when connections have ended outside; -1 for never. */
int bypass_fd(const struct bypass *b);

/* Let all come back. */
void bypass_end(struct bypass *b, struct sink *sink);

/* Whether connections may leave, or might have; and then how many are outside now. */
bool bypass_counters(const struct bypass *b, struct skip_counters *n, uint32_t *now);

#endif
