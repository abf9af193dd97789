/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>

/* No single trace shall be all that is learned from. */
#define TRACE_MOST 1024

/* Far from the streams of random numbers that grow trees. */
#define RNG_STREAM (1ULL << 62)

/* Rows from one to before another. */
struct span {
	size_t from, end;
};

static const struct dataset_row *row_at(const struct forest_rows *rows, size_t i)
{
	return &rows->d->row[rows->row[i]];
}

/* Where the burst, or with whole_trace the trace, that begins at i ends. */
static size_t end_of(const struct forest_rows *rows, size_t i, bool whole_trace)
{
	const struct dataset_row *first = row_at(rows, i);

	for (; i < rows->count; i++)
		if (row_at(rows, i)->trace != first->trace ||
		    (!whole_trace && row_at(rows, i)->burst != first->burst))
			break;
	return i;
}

static int add_flow(struct stream *s, const struct stream_flow *flow)
{
	if (s->flows == s->flow_room) {
		size_t room = 2 * s->flow_room + 256;
		struct stream_flow *v = reallocarray(s->flow, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		s->flow = v;
		s->flow_room = room;
	}
	s->flow[s->flows++] = *flow;
	s->burst[s->bursts - 1].count++;
	return 0;
}

/* A burst of no flows yet. */
static int add_burst(struct stream *s, bool fresh)
{
	if (s->bursts == s->burst_room) {
		size_t room = 2 * s->burst_room + 64;
		struct stream_burst *v = reallocarray(s->burst, room, sizeof(*v));

		if (!v)
			return -ENOMEM;
		s->burst = v;
		s->burst_room = room;
	}
	s->burst[s->bursts++] =
		(struct stream_burst){ .first = s->flows, .fresh = fresh };
	return 0;
}

void stream_clear(struct stream *s)
{
	free(s->flow);
	free(s->burst);
	*s = (struct stream){ 0 };
}

/* Rows of one burst. */
static int add_rows(struct stream *s, const struct forest_rows *rows, struct span burst)
{
	int err = 0;

	for (size_t i = burst.from; i < burst.end && !err; i++) {
		struct stream_flow flow = { i, row_at(rows, i)->ends };

		if (!rows->d->has_ends)
			flow.ends.server.lo = i + 1;
		err = add_flow(s, &flow);
	}
	return err;
}

static int add_trace(struct stream *s, const struct forest_rows *rows, struct span trace)
{
	int err = 0;

	for (size_t i = trace.from, end; i < trace.end && !err; i = end) {
		end = end_of(rows, i, false);
		end = end < trace.end ? end : trace.end;
		err = add_burst(s, i == trace.from);
		if (err)
			break;
		for (size_t k = i; k < end; k++)
			s->burst[s->bursts - 1].last =
				mono_max(s->burst[s->bursts - 1].last,
			                 row_at(rows, k)->last);
		err = add_rows(s, rows, (struct span){ i, end });
	}
	return err;
}

int stream_rows(struct stream *s, const struct forest_rows *rows)
{
	int err = 0;

	*s = (struct stream){ 0 };
	for (size_t i = 0, end; i < rows->count && !err; i = end) {
		end = end_of(rows, i, true);
		err = add_trace(s, rows, (struct span){ i, end });
	}
	return err;
}

static size_t count_traces(const struct forest_rows *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->count; i = end_of(rows, i, true))
		n++;
	return n;
}

/* The traces in random order; NULL when memory is short. */
static struct span *list_traces(const struct forest_rows *rows, struct rng *rng,
                                size_t *n)
{
	struct span *list = calloc(count_traces(rows) + 1, sizeof(*list));
	size_t end;

	*n = 0;
	for (size_t i = 0; list && i < rows->count; i = end) {
		end = end_of(rows, i, true);
		list[*n] = (struct span){ i, end };
		if (end - i > TRACE_MOST)
			list[*n].end = i + TRACE_MOST;
		++*n;
	}
	for (size_t i = *n; list && i > 1; i--) {
		size_t pick = rng_below(rng, (uint32_t)i);
		struct span swap = list[i - 1];

		list[i - 1] = list[pick];
		list[pick] = swap;
	}
	return list;
}

int stream_sample(struct stream *s, const struct forest_rows *rows,
                  const struct stream_choice *c)
{
	struct rng rng;
	size_t n;
	struct span *list;
	int err = 0;

	*s = (struct stream){ 0 };
	rng_init(&rng, c->seed, RNG_STREAM);
	list = list_traces(rows, &rng, &n);
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < n && s->flows < c->most && !err; i++)
		err = add_trace(s, rows, list[i]);
	free(list);
	return err;
}

/* A burst of one of two traces, in common time. */
struct piece {
	struct span rows;
	struct mono first, last;
	bool over; /* of the trace that is laid over the other */
};

/* Both of them. */
struct pieces {
	struct piece *piece;
	size_t count;
	struct addr client; /* of whom both are */
};

static void cut_piece(struct piece *p, const struct forest_rows *rows, int64_t shift_us)
{
	p->first.us = INT64_MAX;
	p->last.us = INT64_MIN;
	for (size_t i = p->rows.from; i < p->rows.end; i++) {
		int64_t first = row_at(rows, i)->first.us + shift_us;
		int64_t last = row_at(rows, i)->last.us + shift_us;

		p->first.us = first < p->first.us ? first : p->first.us;
		p->last.us = last > p->last.us ? last : p->last.us;
	}
}

static struct piece whole(const struct forest_rows *rows, struct span trace)
{
	struct piece p = { .rows = trace };

	cut_piece(&p, rows, 0);
	return p;
}

static void cut_trace(struct pieces *to, const struct forest_rows *rows,
                      struct span trace, int64_t shift_us)
{
	bool over = to->count > 0;
	size_t end;

	for (size_t i = trace.from; i < trace.end; i = end) {
		struct piece *p = &to->piece[to->count++];

		end = end_of(rows, i, false);
		end = end < trace.end ? end : trace.end;
		*p = (struct piece){ .rows = { i, end }, .over = over };
		cut_piece(p, rows, shift_us);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->first.us != y->first.us)
		return x->first.us < y->first.us ? -1 : 1;
	if (x->over != y->over)
		return x->over - y->over;
	return x->rows.from < y->rows.from ? -1 : x->rows.from > y->rows.from;
}

/* Both traces' flows are one client's, and stay different flows. */
static int add_piece(struct stream *s, const struct forest_rows *rows,
                     const struct piece *p, struct addr client)
{
	struct stream_burst *b = &s->burst[s->bursts - 1];
	size_t first = s->flows;
	int err = add_rows(s, rows, p->rows);

	b->last = mono_max(b->last, p->last);
	for (size_t i = first; i < s->flows; i++) {
		s->flow[i].ends.client = client;
		s->flow[i].ends.server.hi ^= (uint64_t)p->over << 63;
	}
	return err;
}

/* Pieces that touch become one burst. */
static int join_pieces(struct stream *s, const struct forest_rows *rows,
                       const struct stream_choice *c, struct pieces *of)
{
	struct mono first = { 0 }, last = { 0 };
	int err = 0;

	qsort(of->piece, of->count, sizeof(*of->piece), by_time);
	for (size_t i = 0; i < of->count && !err; i++) {
		const struct piece *p = &of->piece[i];

		if (i == 0 || mono_less(c->gap, mono_since(p->first, last)) ||
		    (c->max.us > 0 && mono_less(c->max, mono_since(p->first, first)))) {
			first = last = p->first;
			err = add_burst(s, i == 0);
		}
		last = mono_max(last, p->last);
		if (!err)
			err = add_piece(s, rows, p, of->client);
	}
	return err;
}

static int lay_over(struct stream *s, const struct forest_rows *rows,
                    const struct stream_choice *c, struct rng *rng,
                    const struct span pair[2])
{
	size_t most = pair[0].end - pair[0].from + pair[1].end - pair[1].from;
	struct piece base = whole(rows, pair[0]), over = whole(rows, pair[1]);
	int64_t took = mono_since(base.last, base.first).us;
	int64_t offset = (int64_t)(rng_unit(rng) * (double)took);
	struct pieces both = { calloc(most, sizeof(*both.piece)), 0,
		               row_at(rows, pair[0].from)->ends.client };
	int err;

	if (!both.piece)
		return -ENOMEM;
	cut_trace(&both, rows, pair[0], -base.first.us);
	cut_trace(&both, rows, pair[1], offset - over.first.us);
	err = join_pieces(s, rows, c, &both);
	free(both.piece);
	return err;
}

/* To pair[0] a random trace of another class; false when there is none. */
static bool find_other(const struct forest_rows *rows, const struct span *list, size_t n,
                       struct rng *rng, struct span pair[2])
{
	size_t start = rng_below(rng, (uint32_t)n);
	uint32_t label = row_at(rows, pair[0].from)->label;

	for (size_t i = 0; i < n; i++) {
		pair[1] = list[(start + i) % n];
		if (row_at(rows, pair[1].from)->label != label)
			return true;
	}
	return false;
}

int stream_overlay(struct stream *s, const struct forest_rows *rows,
                   const struct stream_choice *c)
{
	struct rng rng;
	size_t n;
	struct span *list, pair[2];
	int err = 0;

	*s = (struct stream){ 0 };
	if (!rows->d->has_ends)
		return 0;
	rng_init(&rng, c->seed, RNG_STREAM);
	list = list_traces(rows, &rng, &n);
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < n && s->flows < c->most && !err; i++) {
		pair[0] = list[i];
		if (find_other(rows, list, n, &rng, pair))
			err = lay_over(s, rows, c, &rng, pair);
	}
	free(list);
	return err;
}
