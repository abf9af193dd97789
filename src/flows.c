/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flows.h"

#include <stdlib.h>

struct flows {
	struct table *table;
	struct flows_params p;
};

struct flows *flows_new(const struct flows_params *p)
{
	struct flows *fl = calloc(1, sizeof(*fl));

	if (!fl)
		return NULL;
	fl->p = *p;
	fl->table =
		table_new(p->max, sizeof(struct flow_record),
	                  offsetof(struct flow_record, key), FLOW_KEY_WORDS, &p->secret);
	if (!fl->table) {
		flows_free(fl);
		return NULL;
	}
	return fl;
}

void flows_free(struct flows *fl)
{
	if (!fl)
		return;
	table_free(fl->table);
	free(fl);
}

struct burst_flow *flow_open(const struct flow_record *flow)
{
	return flow->latest && burst_flow_is_open(flow->latest) ? flow->latest : NULL;
}

static bool is_silent(const struct flows *fl, const struct flow_record *flow,
                      struct mono now)
{
	return mono_less(fl->p.timeout, mono_since(now, flow->last));
}

void flows_forget(struct flows *fl, struct flow_record *flow)
{
	if (flow->latest)
		flow->latest->flow = NULL;
	table_remove(fl->table, flow);
}

struct flow_record *flows_find(struct flows *fl, const struct flow_key *key,
                               struct mono now, uint64_t *expired)
{
	struct flow_record *flow = table_find(fl->table, key->w);

	if (flow && is_silent(fl, flow, now) && !flow_open(flow)) {
		flows_forget(fl, flow);
		++*expired;
		return NULL;
	}
	if (flow)
		table_touch(fl->table, flow);
	return flow;
}

struct flow_record *flows_add(struct flows *fl, const struct flow_key *key)
{
	return table_add(fl->table, key->w);
}

/* Those whose burst is open must not stand before others for as long as it is: they move
 * to the end. */
void flows_expire(struct flows *fl, struct mono now, uint64_t *expired)
{
	for (int i = 0; i < 2; i++) {
		struct flow_record *flow = flows_oldest(fl);

		if (!flow || !is_silent(fl, flow, now))
			return;
		if (flow_open(flow)) {
			table_touch(fl->table, flow);
			continue;
		}
		flows_forget(fl, flow);
		++*expired;
	}
}

struct flow_record *flows_oldest(const struct flows *fl)
{
	return table_oldest(fl->table);
}

bool flows_are_full(const struct flows *fl)
{
	return table_count(fl->table) == fl->p.max;
}

uint32_t flows_count(const struct flows *fl)
{
	return table_count(fl->table);
}

void flows_look_ahead(struct flows *fl, const struct flow_key *keys, size_t n)
{
	table_look_ahead(fl->table, keys[0].w, n, offsetof(struct flow_record, latest),
	                 offsetof(struct burst_flow, spread));
}
