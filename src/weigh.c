/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "weigh.h"

#include <errno.h>
#include <stdlib.h>

struct walk {
	const struct dataset *d;
	const uint32_t *rows;
	size_t count;
	struct evidence_strengths s;
	unsigned classes;
	const struct flow_ends **ends; /* of the burst at hand */
};

static const struct dataset_row *row_at(const struct walk *w, size_t i)
{
	return &w->d->row[w->rows[i]];
}

/* Where the burst, or with whole_trace the trace, that begins at i ends. */
static size_t end_of(const struct walk *w, size_t i, bool whole_trace)
{
	const struct dataset_row *first = row_at(w, i);

	for (; i < w->count; i++)
		if (row_at(w, i)->trace != first->trace ||
		    (!whole_trace && row_at(w, i)->burst != first->burst))
			break;
	return i;
}

static void weigh_burst(const struct walk *w, struct evidence *e, size_t from, size_t to,
                        const float *p, float *q)
{
	struct evidence_burst b = { .ends = w->ends, .n = to - from };

	for (size_t i = from; i < to; i++) {
		w->ends[i - from] = &row_at(w, i)->ends;
		b.last = mono_max(b.last, row_at(w, i)->last);
	}
	b.p = p + from * w->classes;
	evidence_weigh(e, &b, q + from * w->classes);
}

static int weigh_trace(const struct walk *w, size_t from, size_t to, const float *p,
                       float *q)
{
	static const struct hash_key no_secret;
	struct evidence *e =
		evidence_new(w->classes, &w->s, EVIDENCE_RECORDS, &no_secret);

	if (!e)
		return -ENOMEM;
	while (from < to) {
		size_t end = end_of(w, from, false);

		weigh_burst(w, e, from, end, p, q);
		from = end;
	}
	evidence_free(e);
	return 0;
}

int weigh_rows(const struct dataset *d, const uint32_t *rows, size_t count,
               const struct evidence_strengths *s, unsigned classes, const float *p,
               float *q)
{
	struct walk w = { d, rows, count, *s, classes, NULL };
	int err = 0;

	/* Without ends all flows would look like one. */
	if (!d->has_ends)
		w.s.same = w.s.flow = w.s.server = 0;
	w.ends = calloc(count + 1, sizeof(*w.ends));
	if (!w.ends)
		return -ENOMEM;
	for (size_t i = 0, end; i < count && !err; i = end) {
		end = end_of(&w, i, true);
		err = weigh_trace(&w, i, end, p, q);
	}
	free(w.ends);
	return err;
}
