/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_EVENT_H
#define NFCLASS_EVENT_H

#include "list.h"

/* What happened, in its order, until somebody takes it: things of different kinds that
 * wait in one list. */
struct event {
	struct list node;
	int kind;
};

static inline void event_put(struct list *events, struct event *e, int kind)
{
	e->kind = kind;
	list_add_tail(events, &e->node);
}

/* The first of them when it is of this kind, else NULL. */
static inline struct event *event_take(struct list *events, int kind)
{
	struct event *e = list_owner(events->next, struct event, node);

	if (list_empty(events) || e->kind != kind)
		return NULL;
	list_del(&e->node);
	return e;
}

#endif
