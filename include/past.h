/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_PAST_H
#define NFCLASS_PAST_H

#include "flow.h"
#include "table.h"

/* Sums that are kept for a flow or for a client, in bounded memory: the record that was
 * used the longest ago makes room for a new one, and what is older than PAST_LIFE counts
 * for nothing. */
#define PAST_LIFE mono_ms(10 * 60 * 1000)

enum past_kind { PAST_FLOW, PAST_CLIENT };

struct past {
	struct table *table;
	enum past_kind kind;
	uint32_t sums;
};

/* Room for max records of so many sums.  false when memory is short; to be ended by
 * past_clear() in either case. */
bool past_init(struct past *p, enum past_kind kind, uint32_t max, uint32_t sums,
               const struct hash_key *secret);
void past_clear(struct past *p);

/* Nothing is known any more.  Takes as long as the records that are held are many. */
void past_forget(struct past *p);

/* The sums of a flow or its client at this time, all 0 when nothing was known of it, to
 * be added to until the next call; it becomes the one that was used last. */
float *past_touch(struct past *p, const struct flow_ends *ends, struct mono now);

/* The same, or NULL when nothing is known; changes nothing. */
float *past_find(const struct past *p, const struct flow_ends *ends, struct mono now);

#endif
