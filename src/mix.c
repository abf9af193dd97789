/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "load.h"
#include "overlay.h"
#include "pairing.h"

/* A trace's rows in d, which stand together. */
struct part {
	size_t rows;
	uint32_t label;
	struct mono first, last; /* packet of a flow */
	const struct flow_ends *ends;
};

struct mixing {
	const struct mix *m;
	struct dataset *out;
	struct part *part;      /* by trace of d */
	struct flow_ends *ends; /* by row */
	struct rng rng;
};

static bool mixing_init(struct mixing *x, const struct mix *m, struct dataset *out)
{
	const struct dataset *d = m->d;

	*x = (struct mixing){ .m = m, .out = out };
	/* Far from the streams of splits. */
	rng_init(&x->rng, m->seed, m->round | 1ULL << 62);
	x->part = calloc((size_t)d->traces.count + 1, sizeof(*x->part));
	x->ends = calloc(d->rows + 1, sizeof(*x->ends));
	if (!x->part || !x->ends)
		return false;
	for (size_t i = 0; i < d->rows; i++) {
		const struct dataset_row *row = &d->row[i];
		struct part *t = &x->part[row->trace];

		if (t->rows == 0)
			*t = (struct part){ .label = row->label,
				            .first = row->first,
				            .ends = x->ends + i };
		if (mono_less(row->first, t->first))
			t->first = row->first;
		t->last = mono_max(t->last, row->last);
		t->rows++;
		x->ends[i] = row->ends;
	}
	return true;
}

static void mixing_clear(struct mixing *x)
{
	free(x->part);
	free(x->ends);
}

static bool copy_names(struct names *to, const struct names *from)
{
	for (uint32_t i = 0; i < from->count; i++)
		if (names_add(to, from->name[i]) == NAMES_NONE)
			return false;
	return true;
}

static bool name_pair(struct dataset *out, const char *base, const char *over)
{
	uint32_t before = out->traces.count;
	char *name;
	bool ok;

	if (asprintf(&name, "%s+%s", base, over) < 0)
		return false;
	ok = names_add(&out->traces, name) == before;
	free(name);
	return ok;
}

static int add_bursts(const struct mixing *x, struct overlay *o,
                      const struct part *side[static OVERLAY_TRACES])
{
	struct dataset_row row = { .trace = x->out->traces.count - 1 };
	const struct burst *b;
	int err = 0;

	while (!err && (b = overlay_next(o))) {
		row.burst = b->number;
		burst_each_flow (b, bf) {
			if (err)
				break;
			row.label = side[overlay_side(o, &bf->ends)]->label;
			err = load_burst_flow(x->out, &row, bf, x->m->set);
		}
	}
	return err;
}

static struct mono length_of(const struct part *t)
{
	return mono_since(t->last, t->first);
}

/* Time begins anew; the shorter one begins within the longer. */
static void place(struct mixing *x, const struct part *side[static OVERLAY_TRACES],
                  struct overlay_trace *trace)
{
	int shorter = mono_less(length_of(side[0]), length_of(side[1])) ? 0 : 1;
	double most = (double)length_of(side[!shorter]).us;

	for (int i = 0; i < OVERLAY_TRACES; i++)
		trace[i].begin.us = MONO_SECOND;
	trace[shorter].begin.us += (int64_t)(rng_unit(&x->rng) * most);
}

static int lay_over(struct mixing *x, uint32_t base, uint32_t over, struct fault *f)
{
	const uint32_t pair[] = { base, over };
	const struct part *side[OVERLAY_TRACES];
	struct overlay_trace trace[OVERLAY_TRACES];
	struct overlay *o;
	int err;

	for (int i = 0; i < OVERLAY_TRACES; i++) {
		side[i] = &x->part[pair[i]];
		trace[i] = (struct overlay_trace){ .path = x->m->files->name[pair[i]],
			                           .ends = side[i]->ends,
			                           .count = side[i]->rows,
			                           .first = side[i]->first };
	}
	place(x, side, trace);
	if (!name_pair(x->out, x->m->d->traces.name[base], x->m->d->traces.name[over]))
		return fault_no_memory(f);
	o = overlay_open(trace, x->m->burst, f);
	if (!o)
		return -EINVAL;
	err = add_bursts(x, o, side);
	overlay_free(o);
	return err ? fault_no_memory(f) : 0;
}

static int lay_all(struct mixing *x, const uint32_t *traces, uint32_t count,
                   struct fault *f)
{
	uint32_t *label = calloc((size_t)count + 1, sizeof(*label));
	uint32_t *over = calloc((size_t)count + 1, sizeof(*over));
	int err = -ENOMEM;

	for (uint32_t i = 0; label && i < count; i++)
		label[i] = x->part[traces[i]].label;
	if (label && over)
		err = pairing_make(over, label, count, &x->rng);
	else
		fault_no_memory(f);
	if (err == -EINVAL)
		fault_set(f, err, "traces of one class only: none goes over another");
	for (uint32_t i = 0; i < count && !err; i++)
		err = lay_over(x, traces[i], traces[over[i]], f);
	free(label);
	free(over);
	return err;
}

int mix_make(struct dataset *out, const struct mix *m, const uint32_t *traces,
             uint32_t count, struct fault *f)
{
	struct mixing x;
	int err;

	if (!mixing_init(&x, m, out) || !copy_names(&out->labels, &m->d->labels) ||
	    !copy_names(&out->features, &m->d->features)) {
		err = fault_no_memory(f);
	} else {
		out->has_ends = true;
		err = lay_all(&x, traces, count, f);
	}
	mixing_clear(&x);
	return err;
}
