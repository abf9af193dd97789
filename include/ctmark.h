/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CTMARK_H
#define NFCLASS_CTMARK_H

#include "ctlist.h"

/* Marks of connections, set through the kernel's connection tracking in batches.  One
 * thread's; nothing is allocated after ctmark_new(). */
struct ctmark;

struct ctmark_change {
	struct flow_ends ends; /* as FORWARD shows them, in either direction */
	struct ctmsg_mark mark;
	bool look; /* tell what the connection is like right after the change */
};

/* Changes that were made; that found no such connection (any more); that failed. */
struct ctmark_counters {
	uint64_t set, gone, failed;
};

/* eye is told of connections by whichever function below sends changes; its see may be
 * NULL.  NULL with *f filled when the kernel cannot do it or it is not permitted.  The
 * caller ends it with ctmark_free(), which takes NULL; what was not flushed is not set.
 */
struct ctmark *ctmark_new(struct ctlist_eye eye, struct fault *f);
void ctmark_free(struct ctmark *c);

/* Queue a change.  When 32 wait they are sent. */
void ctmark_put(struct ctmark *c, const struct ctmark_change *change);

/* Send what waits.  The kernel has made the changes when it returns; it waits for nothing
 * but the kernel's work, about a microsecond a change. */
void ctmark_flush(struct ctmark *c);

/* Connections whose source and destination both are translated are not found by their
 * ends.  Changes that found none wait, up to 64, further ones are gone; this takes the
 * oldest and has the kernel look through its whole table, twice at most, which takes
 * milliseconds.  true when more wait.  To be called once in a while, or never. */
bool ctmark_search(struct ctmark *c);

/* Do any wait, to be sent or to be searched for? */
bool ctmark_has_lost(const struct ctmark *c);

const struct ctmark_counters *ctmark_counters(const struct ctmark *c);

#endif
