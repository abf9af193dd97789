/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linear probing over hashes and record numbers with backward-shift deletion (Knuth,
 * TAOCP 3, 6.4, algorithm R): no tombstones, so that a table that has been full is as
 * fast as a new one. */
#include "table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

#define NONE      UINT32_MAX

/* Slots are used here and there from the start: up to so many of them come in at once. */
#define SLOTS_MIB 16

struct table {
	struct hash_key secret;
	size_t key_at, key_words;
	struct pool records;
	uint64_t *slot; /* hash << 32 | record number + 1; 0 is empty */
	uint32_t slots, count;
	uint32_t oldest, newest; /* use order */
};

static struct table_node *node_at(const struct table *t, uint32_t i)
{
	return (struct table_node *)(void *)(t->records.base + i * t->records.size);
}

static const uint64_t *key_at(const struct table *t, uint32_t i)
{
	return (const uint64_t *)(const void *)(t->records.base + i * t->records.size +
	                                        t->key_at);
}

struct table *table_new(uint32_t max, size_t record_size, size_t key_at_bytes,
                        size_t key_words, const struct hash_key *secret)
{
	struct table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	*t = (struct table){ .secret = *secret,
		             .key_at = key_at_bytes,
		             .key_words = key_words,
		             .slots = 16,
		             .oldest = NONE,
		             .newest = NONE };
	while (t->slots < max + max / 2) /* at most two thirds full */
		t->slots *= 2;
	t->slot = pool_map(t->slots * sizeof(*t->slot));
	if (!pool_init(&t->records, max, record_size) || !t->slot) {
		table_free(t);
		return NULL;
	}
	if (t->slots * sizeof(*t->slot) <= SLOTS_MIB << 20)
		(void)pool_bring_in(t->slot, t->slots * sizeof(*t->slot), 0,
		                    t->slots * sizeof(*t->slot));
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	pool_clear(&t->records);
	pool_unmap(t->slot, t->slots * sizeof(*t->slot));
	free(t);
}

uint32_t table_hash(const struct table *t, const uint64_t *key)
{
	return (uint32_t)hash_words(&t->secret, key, t->key_words);
}

/* Words in a row and not memcmp(): keys are short, and nearly always equal. */
static bool same_key(const uint64_t *a, const uint64_t *b, size_t words)
{
	uint64_t differs = 0;

	for (size_t i = 0; i < words; i++)
		differs |= a[i] ^ b[i];
	return !differs;
}

/* The slot that holds key, or the empty one where the search for it ends. */
static uint32_t slot_of(const struct table *t, const uint64_t *key, uint32_t hash)
{
	uint32_t i = hash & (t->slots - 1);

	for (; t->slot[i]; i = (i + 1) & (t->slots - 1))
		if (t->slot[i] >> 32 == hash &&
		    same_key(key_at(t, (uint32_t)t->slot[i] - 1), key, t->key_words))
			break;
	return i;
}

static void link_newest(struct table *t, uint32_t i)
{
	struct table_node *n = node_at(t, i);

	n->prev = t->newest;
	n->next = NONE;
	if (t->newest == NONE)
		t->oldest = i;
	else
		node_at(t, t->newest)->next = i;
	t->newest = i;
}

static void unlink_use(struct table *t, uint32_t i)
{
	struct table_node *n = node_at(t, i);

	if (n->prev == NONE)
		t->oldest = n->next;
	else
		node_at(t, n->prev)->next = n->next;
	if (n->next == NONE)
		t->newest = n->prev;
	else
		node_at(t, n->next)->prev = n->prev;
}

void *table_find_hashed(struct table *t, const uint64_t *key, uint32_t hash)
{
	uint64_t found = t->slot[slot_of(t, key, hash)];

	return found ? node_at(t, (uint32_t)found - 1) : NULL;
}

void *table_find(struct table *t, const uint64_t *key)
{
	return table_find_hashed(t, key, table_hash(t, key));
}

void table_fetch_slot(const struct table *t, uint32_t hash)
{
	__builtin_prefetch(&t->slot[hash & (t->slots - 1)], 1);
}

const void *table_guess(const struct table *t, uint32_t hash)
{
	uint64_t first = t->slot[hash & (t->slots - 1)];

	return first ? node_at(t, (uint32_t)first - 1) : NULL;
}

void *table_add_hashed(struct table *t, const uint64_t *key, uint32_t hash)
{
	struct table_node *n = pool_get(&t->records);
	uint32_t i;

	if (!n)
		return NULL;
	memcpy((uint8_t *)n + t->key_at, key, t->key_words * sizeof(*key));
	i = (uint32_t)((size_t)((uint8_t *)n - t->records.base) / t->records.size);
	n->number = i;
	n->hash = hash;
	t->slot[slot_of(t, key, hash)] = (uint64_t)hash << 32 | (i + 1);
	t->count++;
	link_newest(t, i);
	return n;
}

void *table_add(struct table *t, const uint64_t *key)
{
	return table_add_hashed(t, key, table_hash(t, key));
}

void table_touch(struct table *t, void *record)
{
	uint32_t i = ((struct table_node *)record)->number;

	if (i == t->newest)
		return;
	unlink_use(t, i);
	link_newest(t, i);
}

void *table_oldest(struct table *t)
{
	return t->oldest == NONE ? NULL : node_at(t, t->oldest);
}

void *table_newer(struct table *t, const void *record)
{
	const struct table_node *n = record;

	return n->next == NONE ? NULL : node_at(t, n->next);
}

/* Empty a slot and move up what was only pushed behind it. */
static void close_gap(struct table *t, uint32_t hole)
{
	uint32_t mask = t->slots - 1;

	for (uint32_t i = (hole + 1) & mask; t->slot[i]; i = (i + 1) & mask) {
		uint32_t home = (uint32_t)(t->slot[i] >> 32) & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue; /* its home lies behind the hole */
		t->slot[hole] = t->slot[i];
		hole = i;
	}
	t->slot[hole] = 0;
}

void table_remove(struct table *t, void *record)
{
	struct table_node *n = record;
	uint32_t i = n->number, at = n->hash & (t->slots - 1);

	while ((uint32_t)t->slot[at] != i + 1)
		at = (at + 1) & (t->slots - 1);
	close_gap(t, at);
	unlink_use(t, i);
	pool_put(&t->records, n);
	t->count--;
}

uint32_t table_count(const struct table *t)
{
	return t->count;
}
