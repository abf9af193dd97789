/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pool.h"

#include <string.h>
#include <sys/mman.h>

/* Since Linux 5.14; C libraries older than that do not name it. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* 16 pages: 5 to 15 us, which is less than one first touch may take on a virtual machine.
 */
#define PIECE ((size_t)64 << 10)

void *pool_map(size_t bytes)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return map == MAP_FAILED ? NULL : map;
}

void pool_unmap(void *map, size_t bytes)
{
	if (map)
		(void)munmap(map, bytes); /* fails for wrong arguments only */
}

size_t pool_bring_in(void *map, size_t bytes, size_t ready, size_t to)
{
	size_t end = (to + PIECE - 1) / PIECE * PIECE;

	if (end > bytes)
		end = bytes;
	(void)madvise((uint8_t *)map + ready, end - ready, MADV_POPULATE_WRITE);
	return end;
}

bool pool_init(struct pool *p, uint32_t max, size_t size)
{
	*p = (struct pool){ .base = pool_map(max * size), .size = size, .max = max };
	return p->base != NULL;
}

void pool_clear(struct pool *p)
{
	pool_unmap(p->base, p->max * p->size);
	*p = (struct pool){ 0 };
}

static void *first_use(struct pool *p)
{
	size_t at = p->used++ * p->size;

	if (at + p->size > p->ready)
		p->ready =
			pool_bring_in(p->base, p->max * p->size, p->ready, at + p->size);
	return p->base + at;
}

void *pool_get(struct pool *p)
{
	void *object = p->spare;

	if (!object)
		return p->used < p->max ? first_use(p) : NULL;
	memcpy(&p->spare, object, sizeof(p->spare));
	memset(object, 0, p->size);
	return object;
}

bool pool_has(const struct pool *p)
{
	return p->spare || p->used < p->max;
}

void pool_put(struct pool *p, void *object)
{
	memcpy(object, &p->spare, sizeof(p->spare));
	p->spare = object;
}
