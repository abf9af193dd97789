/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_RING_H
#define NFCLASS_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Equal items from one thread to one other, in order, without locks.  When it is full,
 * what comes is dropped and counted: the sender never waits. */
struct ring;

/* Room for at least count items (1 to 2^24) of size bytes.  NULL when memory is short.
 * Ended by ring_free(), which takes NULL. */
struct ring *ring_new(uint32_t count, size_t size);
void ring_free(struct ring *r);

/* For the sender only.  false when the item was dropped.  The receiver gets what was put
 * once it is shown: so a group of items comes whole. */
bool ring_put(struct ring *r, const void *item);
void ring_show(struct ring *r);

/* For the sender only: how many items ring_put() would take now. */
uint32_t ring_room(const struct ring *r);

/* For the receiver only.  false when there is none; *item is then untouched. */
bool ring_get(struct ring *r, void *item);

/* Dropped since the ring was made; for both. */
uint64_t ring_dropped(const struct ring *r);

#endif
