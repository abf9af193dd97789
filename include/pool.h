/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_POOL_H
#define NFCLASS_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A bounded stock of equal objects.  Address space is taken at once, memory only as
 * objects are first used: a large limit in a small network costs nothing. */
struct pool {
	uint8_t *base;
	size_t size, ready; /* bytes: of an object; brought in */
	uint32_t max, used;
	void *spare;
};

/* size is a multiple of 8, at least 8.  false when memory is short. */
bool pool_init(struct pool *p, uint32_t max, size_t size);
void pool_clear(struct pool *p);

/* An object, all zero; NULL when all are out. */
void *pool_get(struct pool *p);
bool pool_has(const struct pool *p);
void pool_put(struct pool *p, void *object);

/* Zeroed address space that costs memory only where it is written; NULL when there is
 * none.  Given back with pool_unmap(). */
void *pool_map(size_t bytes);
void pool_unmap(void *map, size_t bytes);

/* Let the first bytes of such a map come in, up to `to` and a little more, where those
 * before `ready` have: one system call for many pages takes a small part of the time that
 * a fault for each does.  The new `ready`.  Where the kernel cannot, pages come as they
 * are touched. */
size_t pool_bring_in(void *map, size_t bytes, size_t ready, size_t to);

#endif
