/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_DUE_H
#define NFCLASS_DUE_H

#include "list.h"
#include "mono.h"

/* What shall not wait for its end is due once: when it has so many packets or so long
 * after it began.  All wait for the same time, so that one list in the order of their
 * beginnings has the next one at its head. */

struct due_params {
	uint32_t packets;  /* 0: never by packets */
	struct mono delay; /* 0: never by time */
};

/* One that waits, inside its owner. */
struct due {
	struct list node;
	struct mono since;
	uint64_t packets; /* that make it due; none do once it was */
};

#define DUE_NEVER UINT64_MAX

/* since never goes back from one call to the next. */
static inline void due_wait(struct due *d, struct list *waiting,
                            const struct due_params *p, struct mono since)
{
	list_init(&d->node);
	d->since = since;
	d->packets = p->packets ? p->packets : DUE_NEVER;
	if (p->delay.us > 0)
		list_add_tail(waiting, &d->node);
}

/* It waits no longer, whatever for. */
static inline void due_end(struct due *d)
{
	list_del(&d->node);
	d->packets = DUE_NEVER;
}

/* When the first that waits is due by time; false when none waits for that. */
static inline bool due_next(const struct list *waiting, const struct due_params *p,
                            struct mono *at)
{
	if (list_empty(waiting) || p->delay.us <= 0)
		return false;
	*at = mono_add(list_owner(waiting->next, struct due, node)->since, p->delay);
	return true;
}

#endif
