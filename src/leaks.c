/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "leaks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define A_NOTE       100 /* digests: a note stays below a kilobyte */
#define MOST_DIGESTS 50000

static uint64_t add_u64(uint64_t h, uint64_t v)
{
	uint8_t b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (uint8_t)(v >> 8 * i);
	return hash_fnv(h, b, sizeof(b));
}

static uint64_t add_row(uint64_t h, const struct dataset *d, size_t i)
{
	const struct dataset_row *r = &d->row[i];
	const uint64_t v[] = { (uint64_t)r->first.us,
		               (uint64_t)r->last.us,
		               r->ends.client.lo,
		               r->ends.server.lo,
		               r->ends.client_port,
		               r->ends.server_port,
		               r->pkts[0],
		               r->pkts[1],
		               r->bytes[0],
		               r->bytes[1] };
	size_t width = d->features.count;

	if (!d->has_ends)
		return hash_fnv(h, d->x + i * width, width * sizeof(*d->x));
	for (size_t k = 0; k < sizeof(v) / sizeof(v[0]); k++)
		h = add_u64(h, v[k]);
	return h;
}

void leaks_digests(const struct dataset *d, uint64_t *digest)
{
	for (uint32_t t = 0; t < d->traces.count; t++)
		digest[t] = 0;
	for (size_t i = 0; i < d->rows; i++) {
		uint64_t *h = &digest[d->row[i].trace];

		*h = add_row(*h ? *h : HASH_FNV_INIT, d, i);
	}
}

/* A client's time within a trace, or a trace's digest with all times the same: what
 * touches across the sides is a leak. */
struct span {
	uint64_t key[2]; /* the client, or the digest */
	int64_t first, last;
	uint32_t trace;
	bool judged;
};

static int by_key_and_time(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int order = memcmp(x->key, y->key, sizeof(x->key));

	if (order)
		return order;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->trace < y->trace ? -1 : x->trace > y->trace;
}

static void add_leak(struct leak *l, const struct span *a, const struct span *b,
                     bool *found)
{
	uint32_t judged = a->judged ? a->trace : b->trace;

	if (found[judged])
		return;
	found[judged] = true;
	if (l->count++ == 0) {
		l->judged = judged;
		l->learned = a->judged ? b->trace : a->trace;
	}
}

/* In the order of their beginnings, each span that is not over yet meets all that begin
 * before it is. */
static void sweep(struct leak *l, struct span *span, size_t n, bool *found)
{
	qsort(span, n, sizeof(*span), by_key_and_time);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1;
		     j < n && span[j].first <= span[i].last &&
		     memcmp(span[i].key, span[j].key, sizeof(span->key)) == 0;
		     j++)
			if (span[i].judged != span[j].judged)
				add_leak(l, &span[i], &span[j], found);
}

static size_t digest_spans(struct span *span, const uint64_t *digest, const bool *judged,
                           uint32_t traces)
{
	size_t n = 0;

	for (uint32_t t = 0; t < traces; t++)
		if (digest[t])
			span[n++] = (struct span){ .key = { digest[t] },
				                   .trace = t,
				                   .judged = judged[t] };
	return n;
}

/* Rows of a trace stand together: one more span when the client or the trace changes. */
static size_t client_spans(struct span *span, const struct dataset *d, const bool *judged)
{
	size_t n = 0;

	for (size_t i = 0; i < d->rows; i++) {
		const struct dataset_row *r = &d->row[i];
		struct span s = { .key = { r->ends.client.hi, r->ends.client.lo },
			          .first = r->first.us,
			          .last = r->last.us,
			          .trace = r->trace,
			          .judged = judged[r->trace] };
		struct span *before = n > 0 ? &span[n - 1] : NULL;

		if (!before || before->trace != s.trace ||
		    memcmp(before->key, s.key, sizeof(s.key)) != 0) {
			span[n++] = s;
			continue;
		}
		before->first = s.first < before->first ? s.first : before->first;
		before->last = s.last > before->last ? s.last : before->last;
	}
	return n;
}

int leaks_find(struct leaks *l, const struct dataset *d, const struct holdout *h)
{
	uint32_t traces = d->traces.count;
	size_t most = d->rows > traces ? d->rows : traces;
	struct span *span = calloc(most + 1, sizeof(*span));
	uint64_t *digest = calloc((size_t)traces + 1, sizeof(*digest));
	bool *judged = calloc((size_t)traces + 1, sizeof(*judged));
	bool *found = calloc((size_t)traces + 1, sizeof(*found));
	int err = span && digest && judged && found ? 0 : -ENOMEM;

	*l = (struct leaks){ 0 };
	if (!err) {
		for (uint32_t i = 0; i < h->judge_trace_count; i++)
			judged[h->judge_traces[i]] = true;
		leaks_digests(d, digest);
		sweep(&l->same, span, digest_spans(span, digest, judged, traces), found);
		if (d->has_ends)
			sweep(&l->overlap, span, client_spans(span, d, judged), found);
	}
	free(span);
	free(digest);
	free(judged);
	free(found);
	return err;
}

bool leaks_is_note(const char *note)
{
	return strncmp(note, LEAKS_KEY "=", sizeof(LEAKS_KEY)) == 0;
}

static void digits_of(uint64_t digest, char digits[static LEAKS_DIGITS + 1])
{
	(void)snprintf(digits, LEAKS_DIGITS + 1, "%0*llx", LEAKS_DIGITS,
	               (unsigned long long)(digest & ((1ULL << 4 * LEAKS_DIGITS) - 1)));
}

/* One name a digest, to be found fast. */
static bool collect(struct names *seen, const struct names *notes)
{
	char digits[LEAKS_DIGITS + 1] = "";

	for (uint32_t i = 0; i < notes->count; i++) {
		const char *at;

		if (!leaks_is_note(notes->name[i]))
			continue;
		at = notes->name[i] + sizeof(LEAKS_KEY);
		for (size_t left = strlen(at); left >= LEAKS_DIGITS;
		     left -= LEAKS_DIGITS, at += LEAKS_DIGITS) {
			memcpy(digits, at, LEAKS_DIGITS);
			if (names_add(seen, digits) == NAMES_NONE)
				return false;
		}
	}
	return true;
}

size_t leaks_known(const struct names *notes, const uint64_t *digest, size_t count)
{
	struct names seen = { 0 };
	char digits[LEAKS_DIGITS + 1];
	size_t known = 0;

	(void)collect(&seen, notes); /* what memory has no room for is not known */
	for (size_t i = 0; i < count; i++) {
		digits_of(digest[i], digits);
		known += digest[i] && names_find(&seen, digits) != NAMES_NONE;
	}
	names_clear(&seen);
	return known;
}

int leaks_note(struct names *notes, const struct dataset *d)
{
	uint64_t *digest = calloc((size_t)d->traces.count + 1, sizeof(*digest));
	char note[sizeof(LEAKS_KEY) + A_NOTE * LEAKS_DIGITS + 1];
	uint32_t noted = 0;
	size_t len = 0;
	int err = digest ? 0 : -ENOMEM;

	if (digest)
		leaks_digests(d, digest);
	for (uint32_t t = 0; !err && t < d->traces.count && noted < MOST_DIGESTS; t++) {
		if (!digest[t])
			continue;
		if (len == 0)
			len = (size_t)sprintf(note, "%s=", LEAKS_KEY);
		digits_of(digest[t], note + len);
		len += LEAKS_DIGITS;
		if (++noted % A_NOTE != 0)
			continue;
		err = names_add(notes, note) == NAMES_NONE ? -ENOMEM : 0;
		len = 0;
	}
	if (!err && len > 0 && names_add(notes, note) == NAMES_NONE)
		err = -ENOMEM;
	free(digest);
	return err;
}
