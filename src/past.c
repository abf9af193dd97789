/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "past.h"

#include <string.h>

struct record {
	struct table_node node;
	struct flow_key key;
	struct mono last;
	float sum[];
};

bool past_init(struct past *p, enum past_kind kind, uint32_t max, uint32_t sums,
               const struct hash_key *secret)
{
	size_t size = sizeof(struct record) + sums * sizeof(float);

	*p = (struct past){ .kind = kind, .sums = sums };
	p->table = table_new(max, (size + 7) / 8 * 8, offsetof(struct record, key),
	                     FLOW_KEY_WORDS, secret);
	return p->table;
}

void past_clear(struct past *p)
{
	table_free(p->table);
	*p = (struct past){ 0 };
}

void past_forget(struct past *p)
{
	struct record *r;

	while ((r = table_oldest(p->table)))
		table_remove(p->table, r);
}

static struct flow_key key_of(enum past_kind kind, const struct flow_ends *ends)
{
	uint64_t ports = (uint64_t)ends->client_port << 24 |
	                 (uint64_t)ends->server_port << 8 | ends->proto;

	switch (kind) {
	case PAST_CLIENT:
		break;
	case PAST_FLOW:
		return (struct flow_key){ { ends->client.hi, ends->client.lo,
			                    ends->server.hi, ends->server.lo, ports } };
	}
	return (struct flow_key){ { ends->client.hi, ends->client.lo } };
}

static bool is_old(const struct record *r, struct mono now)
{
	return mono_less(PAST_LIFE, mono_since(now, r->last));
}

float *past_find(const struct past *p, const struct flow_ends *ends, struct mono now)
{
	struct flow_key key = key_of(p->kind, ends);
	struct record *r = table_find(p->table, key.w);

	return r && !is_old(r, now) ? r->sum : NULL;
}

static struct record *add(struct past *p, const struct flow_key *key)
{
	struct record *r = table_add(p->table, key->w);

	if (r)
		return r;
	table_remove(p->table, table_oldest(p->table));
	return table_add(p->table, key->w);
}

float *past_touch(struct past *p, const struct flow_ends *ends, struct mono now)
{
	struct flow_key key = key_of(p->kind, ends);
	struct record *r = table_find(p->table, key.w);

	if (!r) {
		r = add(p, &key);
	} else {
		table_touch(p->table, r);
		if (is_old(r, now))
			memset(r->sum, 0, p->sums * sizeof(*r->sum));
	}
	r->last = now;
	return r->sum;
}
