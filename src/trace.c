/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace.h"

#include <errno.h>
#include <stdlib.h>

struct trace {
	struct replay *replay;
	struct burst_tracker *tracker;
	struct burst *given; /* to the caller, until the next call */
	uint64_t packets;
	bool ended;
	int end; /* what to return once all is given out */
	struct fault why;
};

struct trace *trace_new(const struct burst_params *p)
{
	struct trace *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->tracker = burst_tracker_new(p);
	if (!t->tracker) {
		trace_free(t);
		return NULL;
	}
	return t;
}

void trace_free(struct trace *t)
{
	if (!t)
		return;
	burst_tracker_free(t->tracker);
	replay_free(t->replay);
	free(t);
}

int trace_open(struct trace *t, const char *path, struct fault *f)
{
	if (t->given)
		burst_release(t->tracker, t->given);
	burst_forget(t->tracker);
	replay_free(t->replay);
	*t = (struct trace){ .tracker = t->tracker, .replay = replay_open(path, f) };
	return t->replay ? 0 : -EINVAL;
}

static void read_packet(struct trace *t)
{
	enum decode_result result;
	struct packet pkt;
	int got = replay_next(t->replay, &result, &pkt, &t->why);

	if (got <= 0) {
		t->ended = true;
		t->end = got;
		burst_end_all(t->tracker, BURST_FLUSH);
		return;
	}
	t->packets++;
	burst_advance(t->tracker, pkt.time);
	if (result == DECODE_OK)
		burst_packet(t->tracker, &pkt);
}

static bool take(struct trace *t, struct trace_event *e)
{
	*e = (struct trace_event){ .due = burst_take_due(t->tracker) };
	if (!e->due)
		e->ended = t->given = burst_take(t->tracker);
	return e->due || e->ended;
}

int trace_event(struct trace *t, struct trace_event *e, struct fault *f)
{
	if (t->given)
		burst_release(t->tracker, t->given);
	t->given = NULL;
	while (!take(t, e)) {
		if (t->ended) {
			if (t->end < 0)
				*f = t->why;
			return t->end;
		}
		read_packet(t);
	}
	return 1;
}

int trace_next(struct trace *t, const struct burst **b, struct fault *f)
{
	struct trace_event e = { 0 };
	int got;

	do
		got = trace_event(t, &e, f);
	while (got > 0 && !e.ended);
	*b = e.ended;
	return got;
}

uint64_t trace_packets(const struct trace *t)
{
	return t->packets;
}
