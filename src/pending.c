/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pending.h"

#include <stdlib.h>

#include "table.h"

struct entry {
	struct table_node node;
	struct flow_key key;
	struct pending_mark mark;
	struct mono until;
};

struct pending {
	struct table *entries;
};

struct pending *pending_new(uint32_t max, const struct hash_key *secret)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->entries = table_new(max, sizeof(struct entry), offsetof(struct entry, key),
	                       FLOW_KEY_WORDS, secret);
	if (!p->entries) {
		free(p);
		return NULL;
	}
	return p;
}

void pending_free(struct pending *p)
{
	if (!p)
		return;
	table_free(p->entries);
	free(p);
}

uint32_t pending_count(const struct pending *p)
{
	return table_count(p->entries);
}

bool pending_put(struct pending *p, const struct pending_mark *m, struct mono until)
{
	struct flow_key key = flow_key_of_ends(&m->ends);
	struct entry *e = table_find(p->entries, key.w);

	if (e)
		table_touch(p->entries, e);
	else
		e = table_add(p->entries, key.w);
	if (!e)
		return false;
	e->mark = *m;
	e->until = until;
	return true;
}

static void take(struct pending *p, struct entry *e, struct pending_mark *m)
{
	*m = e->mark;
	table_remove(p->entries, e);
}

bool pending_take(struct pending *p, const struct packet *pkt, struct pending_mark *m)
{
	bool src_is_low;
	struct flow_key key = flow_key_of(pkt, &src_is_low);
	struct entry *e = table_find(p->entries, key.w);

	if (e)
		take(p, e, m);
	return e;
}

bool pending_late(struct pending *p, struct mono now, struct pending_mark *m)
{
	struct entry *e = table_oldest(p->entries);

	if (!e || mono_less(now, e->until))
		return false;
	take(p, e, m);
	return true;
}

bool pending_next(struct pending *p, struct mono *at)
{
	const struct entry *e = table_oldest(p->entries);

	if (e)
		*at = e->until;
	return e;
}
