/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* A forest of a few hundred trees cannot tell less likely things apart. */
#define FLOOR 0.01f

enum kind { KIND_FLOW, KIND_SERVER, KIND_CLIENT };

/* What is known under one key, one number a class: sum[0..classes) of the past, and
 * behind it that of the burst numbered `burst`.  For a client these are counts, for flows
 * and servers log-probabilities. */
struct record {
	struct table_node node;
	uint64_t key[FLOW_KEY_WORDS];
	struct mono last;
	uint64_t burst;
	float sum[];
};

struct evidence {
	struct evidence_strengths s;
	struct table *records;
	float *counts;  /* the burst's */
	float *lp;      /* the flow's at hand */
	uint64_t burst; /* number of the burst at hand */
	unsigned classes;
	uint32_t max;
};

struct evidence_strengths evidence_defaults(void)
{
	return (struct evidence_strengths){ .own = 1,
		                            .same = 0.15f,
		                            .flow = 0.5f,
		                            .server = 0.03f,
		                            .prior = 1.1f,
		                            .alpha = 0.5f,
		                            .fade = 0.6f };
}

struct evidence *evidence_new(unsigned classes, const struct evidence_strengths *s,
                              uint32_t max_records, const struct hash_key *secret)
{
	struct evidence *e = calloc(1, sizeof(*e));
	size_t size = sizeof(struct record) + 2 * classes * sizeof(float);

	if (!e)
		return NULL;
	*e = (struct evidence){ .s = *s, .classes = classes, .max = max_records };
	e->counts = calloc(2 * (size_t)classes, sizeof(*e->counts));
	e->lp = e->counts ? e->counts + classes : NULL;
	e->records = table_new(max_records, (size + 7) / 8 * 8,
	                       offsetof(struct record, key), FLOW_KEY_WORDS, secret);
	if (!e->counts || !e->records) {
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
	free(e->counts);
	free(e);
}

/* Servers of one operator stand side by side: /24 in IPv4, /48 in IPv6. */
static struct addr network_of(struct addr a)
{
	if (addr_is_v4(a))
		return (struct addr){ a.hi, a.lo & ~(uint64_t)0xff };
	return (struct addr){ a.hi & ~(uint64_t)0xffff, 0 };
}

struct key {
	uint64_t w[FLOW_KEY_WORDS];
};

static struct key key_of(enum kind kind, const struct flow_ends *ends)
{
	struct addr peer = { 0, 0 };
	uint64_t ports = 0;

	switch (kind) {
	case KIND_CLIENT:
		break;
	case KIND_SERVER:
		peer = network_of(ends->server);
		break;
	case KIND_FLOW:
		peer = ends->server;
		ports = (uint64_t)ends->client_port << 24 |
		        (uint64_t)ends->server_port << 8 | ends->proto;
		break;
	}
	return (struct key){ { ends->client.hi, ends->client.lo, peer.hi, peer.lo,
		               ports << 8 | kind } };
}

/* What is known under a key, or NULL when nothing is. */
static struct record *find(struct evidence *e, enum kind kind,
                           const struct flow_ends *ends)
{
	struct key key = key_of(kind, ends);

	return table_find(e->records, key.w);
}

/* The same, made if need be, as most recently used; sums of earlier bursts are all past.
 */
static struct record *touch(struct evidence *e, enum kind kind,
                            const struct flow_ends *ends, struct mono now)
{
	struct key key = key_of(kind, ends);
	struct record *r = table_find(e->records, key.w);

	if (!r && table_count(e->records) == e->max)
		table_remove(e->records, table_oldest(e->records));
	if (!r)
		r = table_add(e->records, key.w);
	else
		table_touch(e->records, r);
	if (mono_less(EVIDENCE_LIFE, mono_since(now, r->last)))
		memset(r->sum, 0, 2 * e->classes * sizeof(*r->sum));
	r->last = now;
	if (r->burst == e->burst)
		return r;
	for (unsigned c = 0; c < e->classes; c++) {
		r->sum[c] += r->sum[e->classes + c];
		r->sum[e->classes + c] = 0;
	}
	r->burst = e->burst;
	return r;
}

/* Log-probabilities about their mean, so that a flow that knows nothing adds nothing. */
static void set_lp(struct evidence *e, const float *p)
{
	float mean = 0;

	for (unsigned c = 0; c < e->classes; c++) {
		e->lp[c] = logf(p[c] + FLOOR);
		mean += e->lp[c];
	}
	mean /= (float)e->classes;
	for (unsigned c = 0; c < e->classes; c++)
		e->lp[c] -= mean;
}

/* Enter a flow into the burst at hand: what the burst knows is complete before any flow
 * of it is judged. */
static void enter(struct evidence *e, const struct evidence_burst *b, size_t i)
{
	const float *p = b->p + i * e->classes;
	float *flow = touch(e, KIND_FLOW, b->ends[i], b->last)->sum + e->classes;
	float *server;

	set_lp(e, p);
	for (unsigned c = 0; c < e->classes; c++) {
		e->counts[c] += p[c];
		flow[c] += e->lp[c];
	}
	server = touch(e, KIND_SERVER, b->ends[i], b->last)->sum + e->classes;
	for (unsigned c = 0; c < e->classes; c++)
		server[c] += e->lp[c];
}

static void normalise(float *q, unsigned classes)
{
	float most = q[0], sum = 0;

	for (unsigned c = 1; c < classes; c++)
		most = q[c] > most ? q[c] : most;
	for (unsigned c = 0; c < classes; c++) {
		q[c] = expf(q[c] - most);
		sum += q[c];
	}
	for (unsigned c = 0; c < classes; c++)
		q[c] /= sum;
}

/* counts are those of the burst and of the client's past together. */
static void judge(struct evidence *e, const struct evidence_burst *b, size_t i, float *q)
{
	const struct record *flow = find(e, KIND_FLOW, b->ends[i]);
	const struct record *server = find(e, KIND_SERVER, b->ends[i]);
	const float *p = b->p + i * e->classes;
	unsigned n = e->classes;

	set_lp(e, p);
	for (unsigned c = 0; c < n; c++) {
		/* The counts hold p[c]; rounding may leave a little less. */
		float others = fmaxf(e->counts[c] - p[c], 0);

		q[c] = e->s.own * e->lp[c] +
		       e->s.prior * logf(e->s.alpha / (float)n + others);
		/* In a burst of very many flows a record may have made room. */
		if (flow)
			q[c] += e->s.flow * flow->sum[c];
		if (server)
			q[c] += e->s.server * server->sum[c] +
			        e->s.same * (server->sum[n + c] - e->lp[c]);
	}
	normalise(q, n);
}

void evidence_weigh(struct evidence *e, const struct evidence_burst *b, float *q)
{
	struct record *client;

	if (b->n == 0)
		return;
	e->burst++;
	memset(e->counts, 0, e->classes * sizeof(*e->counts));
	for (size_t i = 0; i < b->n; i++)
		enter(e, b, i);
	client = touch(e, KIND_CLIENT, b->ends[0], b->last);
	for (unsigned c = 0; c < e->classes; c++) {
		float burst = e->counts[c];

		e->counts[c] += client->sum[c];
		client->sum[c] = client->sum[c] * e->s.fade + burst;
	}
	for (size_t i = 0; i < b->n; i++)
		judge(e, b, i, q + i * e->classes);
}

uint32_t evidence_best(const float *q, unsigned classes)
{
	uint32_t best = 0;

	for (uint32_t c = 1; c < classes; c++)
		if (q[c] > q[best])
			best = c;
	return best;
}
