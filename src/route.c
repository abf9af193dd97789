/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "route.h"

#include <stdlib.h>

#include "table.h"

struct route {
	struct table_node node;
	struct flow_key key;
	uint32_t from_low_if, from_high_if; /* where packets of that end come in */
};

struct routes {
	struct table *table;
	uint32_t max;
};

struct routes *route_new(uint32_t max, const struct hash_key *secret)
{
	struct routes *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->max = max;
	r->table = table_new(max, sizeof(struct route), offsetof(struct route, key),
	                     FLOW_KEY_WORDS, secret);
	if (!r->table) {
		route_free(r);
		return NULL;
	}
	return r;
}

void route_free(struct routes *r)
{
	if (!r)
		return;
	table_free(r->table);
	free(r);
}

void route_note(struct routes *r, const struct packet *pkt, uint32_t in_if,
                uint32_t out_if)
{
	bool src_is_low;
	struct flow_key key = flow_key_of(pkt, &src_is_low);
	struct route *route = table_find(r->table, key.w);

	if (!route) {
		if (table_count(r->table) == r->max)
			table_remove(r->table, table_oldest(r->table));
		route = table_add(r->table, key.w);
	}
	table_touch(r->table, route);
	route->from_low_if = src_is_low ? in_if : out_if;
	route->from_high_if = src_is_low ? out_if : in_if;
}

void route_find(struct routes *r, const struct flow_ends *ends, uint32_t *in_if,
                uint32_t *out_if)
{
	struct packet sent = { .src = ends->client,
		               .dst = ends->server,
		               .sport = ends->client_port,
		               .dport = ends->server_port,
		               .proto = ends->proto };
	bool client_is_low;
	struct flow_key key = flow_key_of(&sent, &client_is_low);
	struct route *route = table_find(r->table, key.w);

	*in_if = *out_if = 0;
	if (!route)
		return;
	table_touch(r->table, route);
	*in_if = client_is_low ? route->from_low_if : route->from_high_if;
	*out_if = client_is_low ? route->from_high_if : route->from_low_if;
}
