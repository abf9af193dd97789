/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence.h"

#include <stdlib.h>
#include <string.h>

#include "table.h"

enum kind { KIND_FLOW, KIND_SERVER, KIND_CLIENT };

/* What was learned under one key: the sum of log-probabilities, one a class. */
struct record {
	struct table_node node;
	uint64_t key[FLOW_KEY_WORDS];
	float sum[];
};

struct evidence {
	struct evidence_strengths s;
	struct table *records;
	float *burst; /* the sum over the burst at hand */
	unsigned classes;
	uint32_t max;
};

struct evidence *evidence_new(unsigned classes, const struct evidence_strengths *s,
                              uint32_t max_records, const struct hash_key *secret)
{
	struct evidence *e = calloc(1, sizeof(*e));
	size_t size = sizeof(struct record) + classes * sizeof(float);

	if (!e)
		return NULL;
	*e = (struct evidence){ .s = *s, .classes = classes, .max = max_records };
	e->burst = calloc(classes, sizeof(*e->burst));
	e->records = table_new(max_records, (size + 7) / 8 * 8,
	                       offsetof(struct record, key), FLOW_KEY_WORDS, secret);
	if (!e->burst || !e->records) {
		evidence_free(e);
		return NULL;
	}
	return e;
}

void evidence_free(struct evidence *e)
{
	if (!e)
		return;
	table_free(e->records);
	free(e->burst);
	free(e);
}

/* Servers of one operator stand side by side: /24 in IPv4, /48 in IPv6. */
static struct addr network_of(struct addr a)
{
	if (addr_is_v4(a))
		return (struct addr){ a.hi, a.lo & ~(uint64_t)0xff };
	return (struct addr){ a.hi & ~(uint64_t)0xffff, 0 };
}

/* The sums under this key, made if need be, or NULL when find_only and there are none. */
static float *sums_of(struct evidence *e, enum kind kind, const struct flow_ends *ends,
                      bool find_only)
{
	struct addr peer = { 0, 0 };
	uint64_t ports = 0;
	struct record *r;

	if (kind == KIND_SERVER)
		peer = network_of(ends->server);
	if (kind == KIND_FLOW) {
		peer = ends->server;
		ports = (uint64_t)ends->client_port << 24 |
		        (uint64_t)ends->server_port << 8 | ends->proto;
	}
	uint64_t key[FLOW_KEY_WORDS] = { ends->client.hi, ends->client.lo, peer.hi,
		                         peer.lo, ports << 8 | kind };

	r = table_find(e->records, key);
	if (r || find_only) {
		if (r)
			table_touch(e->records, r);
		return r ? r->sum : NULL;
	}
	if (table_count(e->records) == e->max)
		table_remove(e->records, table_oldest(e->records));
	r = table_add(e->records, key);
	return r->sum;
}

/* to += weight * from; from may be NULL for nothing. */
static void add(float *to, const float *from, float weight, unsigned classes)
{
	if (!from)
		return;
	for (unsigned c = 0; c < classes; c++)
		to[c] += weight * from[c];
}

/* The past is read for all flows of the burst before the burst becomes part of it. */
static void read_past(struct evidence *e, const struct flow_ends *ends, float *score)
{
	add(score, sums_of(e, KIND_FLOW, ends, true), e->s.flow, e->classes);
	add(score, sums_of(e, KIND_SERVER, ends, true), e->s.server, e->classes);
	add(score, sums_of(e, KIND_CLIENT, ends, true), e->s.client, e->classes);
}

static void write_past(struct evidence *e, const struct flow_ends *ends, const float *own)
{
	add(sums_of(e, KIND_FLOW, ends, false), own, 1, e->classes);
	add(sums_of(e, KIND_SERVER, ends, false), own, 1, e->classes);
}

static void write_client(struct evidence *e, const struct flow_ends *ends)
{
	float *sum = sums_of(e, KIND_CLIENT, ends, false);

	for (unsigned c = 0; c < e->classes; c++)
		sum[c] = sum[c] * e->s.fade + e->burst[c];
}

void evidence_weigh(struct evidence *e, const struct flow_ends *const *ends, size_t n,
                    const float *own, float *score)
{
	unsigned classes = e->classes;

	memset(e->burst, 0, classes * sizeof(*e->burst));
	for (size_t i = 0; i < n; i++)
		add(e->burst, own + i * classes, 1, classes);
	for (size_t i = 0; i < n; i++) {
		float *s = score + i * classes;

		memset(s, 0, classes * sizeof(*s));
		add(s, own + i * classes, 1 - e->s.burst, classes);
		add(s, e->burst, e->s.burst, classes);
		read_past(e, ends[i], s);
	}
	for (size_t i = 0; i < n; i++)
		write_past(e, ends[i], own + i * classes);
	if (n > 0)
		write_client(e, ends[0]);
}
