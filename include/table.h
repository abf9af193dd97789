/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TABLE_H
#define NFCLASS_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "hash.h"

/* A bounded map from a key of 64-bit words to a record, which also knows the order in
 * which records were last used.  Open addressing over 32-bit record numbers; all memory
 * is reserved when the table is made and touched only as records are used. */
struct table;

/* The first member of every record. */
struct table_node {
	uint32_t number, hash, prev, next; /* the table's own */
};

/* Room for max records (1 to 2^27) of record_size bytes (a multiple of 8), each of which
 * holds a key of key_words 64-bit words at key_at bytes.  NULL when memory is short.  The
 * caller ends it with table_free(), which takes NULL. */
struct table *table_new(uint32_t max, size_t record_size, size_t key_at, size_t key_words,
                        const struct hash_key *secret);
void table_free(struct table *t);

/* The record with this key, or NULL.  It stays where it is until it is removed. */
void *table_find(struct table *t, const uint64_t *key);

/* A new record with this key, the rest of it zero, as the most recently used.  The key is
 * not in the table yet.  NULL when the table is full. */
void *table_add(struct table *t, const uint64_t *key);

/* The same for who already knows a key's hash. */
uint32_t table_hash(const struct table *t, const uint64_t *key);
void *table_find_hashed(struct table *t, const uint64_t *key, uint32_t hash);
void *table_add_hashed(struct table *t, const uint64_t *key, uint32_t hash);

/* A key with this hash will be looked for soon: let the slot come into the cache.  And
 * when it has come: the record that will most likely be found, not read yet, or NULL. */
void table_fetch_slot(const struct table *t, uint32_t hash);
const void *table_guess(const struct table *t, uint32_t hash);

/* Make a record the most recently used. */
void table_touch(struct table *t, void *record);

/* The least recently used record, or NULL when the table is empty. */
void *table_oldest(struct table *t);

/* The next more recently used record, or NULL. */
void *table_newer(struct table *t, const void *record);

void table_remove(struct table *t, void *record);
uint32_t table_count(const struct table *t);

#endif
