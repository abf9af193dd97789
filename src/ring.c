/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each side writes its own position and reads the other's; positions only grow and are
 * cut to the power of two that the ring holds.  An item is whole before its position is
 * told (release), and is read only after that (acquire). */
#include "ring.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

#define CACHE_LINE 64

struct ring {
	uint8_t *items;
	size_t size;
	uint32_t mask;
	uint32_t put; /* the sender's: next to be written; head follows */
	size_t ready; /* the sender's: bytes of items brought in */
	alignas(CACHE_LINE) _Atomic uint32_t head; /* next to be shown */
	_Atomic uint64_t dropped;
	alignas(CACHE_LINE) _Atomic uint32_t tail; /* next to be read */
};

static size_t items_bytes(const struct ring *r)
{
	return ((size_t)r->mask + 1) * r->size;
}

struct ring *ring_new(uint32_t count, size_t size)
{
	struct ring *r = aligned_alloc(CACHE_LINE, sizeof(*r));
	uint32_t room = 1;

	if (!r)
		return NULL;
	memset(r, 0, sizeof(*r));
	while (room < count)
		room *= 2;
	r->size = size;
	r->mask = room - 1;
	r->items = pool_map(room * size);
	if (!r->items) {
		ring_free(r);
		return NULL;
	}
	return r;
}

void ring_free(struct ring *r)
{
	if (!r)
		return;
	if (r->items)
		pool_unmap(r->items, items_bytes(r));
	free(r);
}

bool ring_put(struct ring *r, const void *item)
{
	size_t at = (r->put & r->mask) * r->size;

	if (ring_room(r) == 0) {
		atomic_fetch_add_explicit(&r->dropped, 1, memory_order_relaxed);
		return false;
	}
	if (at + r->size > r->ready)
		r->ready =
			pool_bring_in(r->items, items_bytes(r), r->ready, at + r->size);
	memcpy(r->items + at, item, r->size);
	r->put++;
	return true;
}

void ring_show(struct ring *r)
{
	atomic_store_explicit(&r->head, r->put, memory_order_release);
}

uint32_t ring_room(const struct ring *r)
{
	uint32_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);

	return r->mask + 1 - (r->put - tail);
}

bool ring_get(struct ring *r, void *item)
{
	uint32_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	uint32_t head = atomic_load_explicit(&r->head, memory_order_acquire);

	if (tail == head)
		return false;
	memcpy(item, r->items + (tail & r->mask) * r->size, r->size);
	atomic_store_explicit(&r->tail, tail + 1, memory_order_release);
	return true;
}

uint64_t ring_dropped(const struct ring *r)
{
	return atomic_load_explicit(&r->dropped, memory_order_relaxed);
}
