/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CTMARK_H
#define NFCLASS_CTMARK_H

#include "ctmsg.h"
#include "fault.h"

/* Marks of connections, set through the kernel's connection tracking in batches.  One
 * thread's; nothing is allocated after ctmark_new(). */
struct ctmark;

struct ctmark_change {
	struct flow_ends ends; /* as FORWARD shows them, in either direction */
	struct ctmsg_mark mark;
	bool look; /* tell what the connection is like right after the change */
};

/* Updates were set, gone when there is no such connection (any more), or failed. */
struct ctmark_counters {
	uint64_t set, gone, failed;
};

/* Whoever is told of connections, by ctmark_put() and ctmark_flush(); none: NULL. */
struct ctmark_eye {
	void (*see)(void *self, const struct ctmsg_entry *e);
	void *self;
};

/* NULL with *f filled when the kernel cannot do it or it is not permitted.  The caller
 * ends it with ctmark_free(), which takes NULL; what was not flushed is not set. */
struct ctmark *ctmark_new(struct ctmark_eye eye, struct fault *f);
void ctmark_free(struct ctmark *c);

/* Queue a change.  Changes of one connection keep their order.  When 32 wait they are
 * sent. */
void ctmark_put(struct ctmark *c, const struct ctmark_change *change);

/* Send what waits.  The kernel has made the changes when it returns; it waits for nothing
 * but the kernel's work, about a microsecond a change. */
void ctmark_flush(struct ctmark *c);

const struct ctmark_counters *ctmark_counters(const struct ctmark *c);

#endif
