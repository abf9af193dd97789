/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_STREAM_H
#define NFCLASS_STREAM_H

#include "forest.h"

/* Rows of a data set as evidence would meet them: burst by burst, each trace by itself,
 * or each laid over one of another class, as if one client used both apps at a time. */

struct stream_flow {
	size_t at; /* its place among the rows */
	struct flow_ends ends;
};

struct stream_burst {
	size_t first, count; /* of its flows */
	struct mono last;    /* packet */
	bool fresh;          /* nothing before it counts: a new trace begins */
};

struct stream {
	struct stream_flow *flow;
	struct stream_burst *burst;
	size_t flows, bursts, flow_room, burst_room;
};

/* Every row, in their order: bursts stand together, as do traces.  Where the data set
 * does not know the ends of its flows, each is a flow of its own.  0 or -ENOMEM; s is to
 * be ended by stream_clear() in either case. */
int stream_rows(struct stream *s, const struct forest_rows *rows);

struct stream_choice {
	uint64_t seed;
	size_t most;          /* burst-flows, about */
	struct mono gap, max; /* as bursts were cut: they are joined where they touch */
};

/* As many whole traces, in random order, as make up `most` burst-flows; of very long ones
 * the beginning. */
int stream_sample(struct stream *s, const struct forest_rows *rows,
                  const struct stream_choice *c);

/* The same, each trace laid over another of a random other class: from a random moment of
 * the first on, as the same client's.  Bursts that touch become one, but what is known of
 * a burst-flow stays that of its trace alone.  Empty when there is but one class, and
 * where the data set does not know times. */
int stream_overlay(struct stream *s, const struct forest_rows *rows,
                   const struct stream_choice *c);

void stream_clear(struct stream *s);

#endif
