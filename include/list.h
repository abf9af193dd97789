/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_LIST_H
#define NFCLASS_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A ring of nodes that live inside their owners; the head is a node of its own. */
struct list {
	struct list *prev, *next;
};

#define list_owner(node, type, member)                                                   \
	((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_add_tail(struct list *head, struct list *n)
{
	n->prev = head->prev;
	n->next = head;
	head->prev->next = n;
	head->prev = n;
}

static inline void list_del(struct list *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	list_init(n);
}

#endif
