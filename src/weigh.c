/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "weigh.h"

#include <errno.h>
#include <stdlib.h>

struct walk {
	const struct forest_rows *rows;
	struct evidence_strengths s;
	unsigned classes;
	const struct flow_ends **ends; /* of the burst at hand */
};

/* Of rows: from the first to before the end. */
struct span {
	size_t from, end;
};

static const struct dataset_row *row_at(const struct walk *w, size_t i)
{
	return &w->rows->d->row[w->rows->row[i]];
}

/* Where the burst, or with whole_trace the trace, that begins at i ends. */
static size_t end_of(const struct walk *w, size_t i, bool whole_trace)
{
	const struct dataset_row *first = row_at(w, i);

	for (; i < w->rows->count; i++)
		if (row_at(w, i)->trace != first->trace ||
		    (!whole_trace && row_at(w, i)->burst != first->burst))
			break;
	return i;
}

static void weigh_burst(const struct walk *w, struct evidence *e, struct span rows,
                        const float *p, float *q)
{
	struct evidence_burst b = { .ends = w->ends, .n = rows.end - rows.from };

	for (size_t i = rows.from; i < rows.end; i++) {
		w->ends[i - rows.from] = &row_at(w, i)->ends;
		b.last = mono_max(b.last, row_at(w, i)->last);
	}
	b.p = p + rows.from * w->classes;
	evidence_weigh(e, &b, q + rows.from * w->classes);
}

static int weigh_trace(const struct walk *w, struct span trace, const float *p, float *q)
{
	static const struct hash_key no_secret;
	struct evidence *e =
		evidence_new(w->classes, &w->s, EVIDENCE_RECORDS, &no_secret);

	if (!e)
		return -ENOMEM;
	while (trace.from < trace.end) {
		struct span burst = { trace.from, end_of(w, trace.from, false) };

		weigh_burst(w, e, burst, p, q);
		trace.from = burst.end;
	}
	evidence_free(e);
	return 0;
}

int weigh_rows(const struct forest_rows *rows, unsigned classes,
               const struct evidence_strengths *s, const float *p, float *q)
{
	struct walk w = { rows, *s, classes, NULL };
	int err = 0;

	/* Without ends all flows would look like one. */
	if (!rows->d->has_ends)
		w.s.same = w.s.flow = w.s.server = 0;
	w.ends = calloc(rows->count + 1, sizeof(*w.ends));
	if (!w.ends)
		return -ENOMEM;
	for (size_t i = 0, end; i < rows->count && !err; i = end) {
		end = end_of(&w, i, true);
		err = weigh_trace(&w, (struct span){ i, end }, p, q);
	}
	free(w.ends);
	return err;
}
