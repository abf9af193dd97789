/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "past.h"

#include <string.h>

bool past_init(struct past *p, uint32_t max, unsigned sums, const struct hash_key *secret)
{
	size_t size = sizeof(struct past_record) + sums * sizeof(float);

	*p = (struct past){ .max = max, .sums = sums };
	p->table = table_new(max, (size + 7) / 8 * 8, offsetof(struct past_record, key),
	                     PAST_KEY_WORDS, secret);
	return p->table;
}

void past_clear(struct past *p)
{
	table_free(p->table);
	*p = (struct past){ 0 };
}

struct past_record *past_find(struct past *p, const struct past_key *key)
{
	return table_find(p->table, key->w);
}

struct past_record *past_touch(struct past *p, const struct past_key *key,
                               struct mono now, struct mono life)
{
	struct past_record *r = past_find(p, key);

	if (!r && table_count(p->table) == p->max)
		table_remove(p->table, table_oldest(p->table));
	if (!r)
		r = table_add(p->table, key->w);
	else
		table_touch(p->table, r);
	if (mono_less(life, mono_since(now, r->last)))
		memset(r->sum, 0, p->sums * sizeof(*r->sum));
	r->last = now;
	return r;
}
