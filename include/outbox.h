/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_OUTBOX_H
#define NFCLASS_OUTBOX_H

#include "record.h"
#include "tally.h"

/* From ended bursts to labels, and rows of counters, on their way to another thread. */
struct outbox;

/* How labels are made.  model is borrowed until the outbox serves something else. */
struct outbox_service {
	const struct model *model;
	bool unknown; /* else always the likeliest class */
	bool alone;
	struct due_params early; /* provisional labels */
};

struct outbox_params {
	struct hash_key secret;
	uint32_t most_flows;     /* in one burst */
	uint32_t index, workers; /* burst numbers: index + 1, index + 1 + workers, ... */
	int bell_fd;             /* an eventfd that is written to when labels wait */
};

/* What is on its way. */
enum outbox_kind { OUTBOX_LABEL, OUTBOX_ROW };

struct outbox_item {
	enum outbox_kind kind;
	union {
		struct {
			struct record record; /* in and out are empty */
			uint32_t in_if, out_if;
			bool last; /* of its burst, or provisional */
		} label;
		struct {
			struct tally_row row; /* its node is of no use */
			int64_t second;       /* since the epoch */
		} row;
	};
};

struct outbox_counters {
	uint64_t labels;  /* of ended bursts, made */
	uint64_t early;   /* provisional ones */
	uint64_t dropped; /* labels and rows that the receiver was too slow for */
};

/* NULL when memory is short.  Ended by outbox_free(), which takes NULL. */
struct outbox *outbox_new(const struct outbox_params *p, const struct outbox_service *s);
void outbox_free(struct outbox *o);

/* What labels by a service, made by any thread for outbox_serve(), else ended by
 * labeller_free().  NULL when memory is short. */
struct labeller *outbox_labeller(const struct outbox *o, const struct outbox_service *s);

/* For the sending thread only: */

/* The old labeller is freed: its past was that of another model. */
void outbox_serve(struct outbox *o, const struct outbox_service *s, struct labeller *l);
const struct outbox_service *outbox_service(const struct outbox *o);

/* Label a burst, in parts: begin, then go on, each time with one of a few things for so
 * many flows, as long as true is returned.  What the receiver has no room for is dropped.
 */
void outbox_begin(struct outbox *o, const struct burst *b);
bool outbox_go_on(struct outbox *o, uint32_t flows);

/* Label a burst-flow that is due, not while a burst is being labelled; the label is
 * provisional.  It is Unknown when it is not sure, whatever the service says of final
 * ones. */
void outbox_put_early(struct outbox *o, const struct burst_flow *bf);

/* A row of counters for one second.  Rows leave room for labels: it is dropped where that
 * is all there is. */
bool outbox_takes_rows(const struct outbox *o);
void outbox_put_row(struct outbox *o, const struct tally_row *row, int64_t second);

/* From now on, wait up to so long altogether rather than drop. */
void outbox_be_patient(struct outbox *o, unsigned most_ms);

/* Ring the bell if there is something new. */
void outbox_tell(struct outbox *o);
struct outbox_counters outbox_counters(const struct outbox *o);

/* For the receiving thread: what is next; false when there is nothing. */
bool outbox_take(struct outbox *o, struct outbox_item *it);

#endif
