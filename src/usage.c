/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each pair has a ring of seconds, as many behind now as can be asked for and as many
 * ahead as an amount may be spread over. */
#include "usage.h"

#include <stdlib.h>

#include "table.h"

#define KEY_WORDS 3
#define RING      128

_Static_assert(RING >= 2 * USAGE_SECONDS + 1, "past, present and future");

struct pair {
	struct table_node node;
	uint64_t key[KEY_WORDS];
	struct usage_row row; /* recent is of no use */
	int64_t until;        /* the seconds before it, RING of them, are in the ring */
	struct usage_amount second[RING];
};

struct usage {
	struct table *pairs;
	uint64_t forgotten;
};

struct usage *usage_new(uint32_t max, const struct hash_key *secret)
{
	struct usage *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->pairs = table_new(max, sizeof(struct pair), offsetof(struct pair, key),
	                     KEY_WORDS, secret);
	if (u->pairs)
		return u;
	usage_free(u);
	return NULL;
}

void usage_free(struct usage *u)
{
	if (!u)
		return;
	table_free(u->pairs);
	free(u);
}

static struct pair *pair_of(struct usage *u, const struct usage_row *row)
{
	const uint64_t key[KEY_WORDS] = { row->client.hi, row->client.lo, row->label };
	struct pair *p = table_find(u->pairs, key);

	if (p) {
		table_touch(u->pairs, p);
		return p;
	}
	p = table_add(u->pairs, key);
	if (!p) {
		table_remove(u->pairs, table_oldest(u->pairs));
		u->forgotten++;
		p = table_add(u->pairs, key);
	}
	p->row.client = row->client;
	p->row.label = row->label;
	return p;
}

static void add(struct usage_amount *sum, const struct usage_amount *n)
{
	for (int way = USAGE_UP; way <= USAGE_DOWN; way++) {
		sum->pkts[way] += n->pkts[way];
		sum->bytes[way] += n->bytes[way];
	}
}

static struct usage_amount *slot(struct pair *p, int64_t second)
{
	return &p->second[second % RING];
}

/* Let the ring reach up to this second. */
static void turn(struct pair *p, int64_t second)
{
	int64_t from = p->until > second - RING ? p->until : second - RING + 1;

	for (int64_t s = from; s <= second; s++)
		*slot(p, s) = (struct usage_amount){ .pkts = { 0 } };
	if (second >= p->until)
		p->until = second + 1;
}

/* The i-th of n equal parts, so that all of them together are the whole. */
static uint64_t part(uint64_t whole, int64_t i, int64_t n)
{
	uint64_t each = whole / (uint64_t)n, rest = whole % (uint64_t)n;

	return each + ((uint64_t)i < rest);
}

static void spread(struct pair *p, const struct usage_amount *whole, int64_t second,
                   int64_t parts)
{
	int64_t shown = parts < USAGE_SECONDS ? parts : USAGE_SECONDS;

	turn(p, second + shown - 1);
	for (int64_t i = 0; i < shown; i++) {
		struct usage_amount n;

		for (int way = USAGE_UP; way <= USAGE_DOWN; way++) {
			n.pkts[way] = part(whole->pkts[way], i, parts);
			n.bytes[way] = part(whole->bytes[way], i, parts);
		}
		add(slot(p, second + i), &n);
	}
}

void usage_add(struct usage *u, const struct usage_row *more, struct mono took,
               struct mono now)
{
	int64_t parts = (took.us + MONO_SECOND - 1) / MONO_SECOND;
	struct pair *p = pair_of(u, more);

	add(&p->row.total, &more->total);
	spread(p, &more->total, now.us / MONO_SECOND, parts > 1 ? parts : 1);
}

static void take_row(struct pair *p, unsigned seconds, struct mono now,
                     struct usage_row *row)
{
	int64_t last = now.us / MONO_SECOND;

	*row = p->row;
	for (int64_t s = last - seconds + 1; s <= last; s++)
		if (s < p->until && s >= p->until - RING && s >= 0)
			add(&row->recent, slot(p, s));
}

static int compare(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

/* Busiest now, or else ever; the rest so that it is always the same. */
static int by_rate(const void *a, const void *b)
{
	const struct usage_row *x = a, *y = b;
	int order = compare(x->recent.bytes[0] + x->recent.bytes[1],
	                    y->recent.bytes[0] + y->recent.bytes[1]);

	if (!order)
		order = compare(x->total.bytes[0] + x->total.bytes[1],
		                y->total.bytes[0] + y->total.bytes[1]);
	if (!order)
		order = compare(y->client.hi, x->client.hi);
	if (!order)
		order = compare(y->client.lo, x->client.lo);
	return order ? order : compare(y->label, x->label);
}

struct usage_row *usage_rows(struct usage *u, unsigned seconds, struct mono now,
                             size_t *n)
{
	size_t count = table_count(u->pairs), i = 0;
	struct usage_row *rows = malloc((count + 1) * sizeof(*rows));

	if (!rows)
		return NULL;
	for (struct pair *p = table_oldest(u->pairs); p; p = table_newer(u->pairs, p))
		take_row(p, seconds, now, &rows[i++]);
	qsort(rows, i, sizeof(*rows), by_rate);
	*n = i;
	return rows;
}

uint64_t usage_forgotten(const struct usage *u)
{
	return u->forgotten;
}
