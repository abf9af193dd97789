/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_PAST_H
#define NFCLASS_PAST_H

#include <stdbool.h>

#include "mono.h"
#include "table.h"

/* Sums of what was seen under a key, for keys used of late: the record that was used the
 * longest ago makes room for a new one. */
struct past {
	struct table *table;
	uint32_t max;
	unsigned sums;
};

#define PAST_KEY_WORDS 5
struct past_key {
	uint64_t w[PAST_KEY_WORDS];
};

struct past_record {
	struct table_node node;
	struct past_key key;
	struct mono last;
	float sum[];
};

/* Room for max keys with so many sums each.  false when memory is short; ended by
 * past_clear() in either case. */
bool past_init(struct past *p, uint32_t max, unsigned sums,
               const struct hash_key *secret);
void past_clear(struct past *p);

/* What is known under a key, or NULL when nothing is. */
struct past_record *past_find(struct past *p, const struct past_key *key);

/* The same, made if need be, as most recently used, with sums of 0 when nothing was added
 * for longer than life. */
struct past_record *past_touch(struct past *p, const struct past_key *key,
                               struct mono now, struct mono life);

#endif
