/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_DATASET_H
#define NFCLASS_DATASET_H

#include "fault.h"
#include "flow.h"
#include "names.h"

/* Labelled burst-flows: what `extract` writes and the forest learns from. */

/* A label and its NUL: names of apps are short, and every line that shows one has room
 * for this much. */
#define DATASET_LABEL_SIZE 64

/* Where a burst-flow comes from.  A data set read from CSV may lack all but label, trace
 * and burst; then has_ends of the data set is false and ends, first, last are zero. */
struct dataset_row {
	uint32_t label, trace; /* numbers into labels and traces */
	uint64_t burst;        /* unique within the trace */
	struct flow_ends ends;
	struct mono first, last;
	uint64_t pkts[2], bytes[2];
};

struct dataset {
	struct names labels;   /* sorted by byte value once dataset_sort_labels() ran */
	struct names traces;   /* "LABEL/TRACE": one trace belongs to one class */
	struct names features; /* the columns of x, in order */
	struct dataset_row *row;
	float *x; /* rows * features.count, row after row */
	size_t rows, room;
	bool has_ends;
	bool torn; /* a CSV file did not tell the traces: each of its rows is one */
};

void dataset_init(struct dataset *d);
void dataset_clear(struct dataset *d);

/* Append one row (row->label and row->trace are numbers of d's names already); x has
 * d->features.count values.  0 or -ENOMEM. */
int dataset_add(struct dataset *d, const struct dataset_row *row, const float *x);

/* Copy count rows of d, by number, into out, fresh from dataset_init(), with only those
 * labels that occur among them; d's labels are in order, and so are out's.  0 or -ENOMEM;
 * out is to be cleared in either case. */
int dataset_pick(struct dataset *out, const struct dataset *d, const uint32_t *rows,
                 size_t count);

/* Renumber labels so that they are in byte order of their names: then the order in which
 * folders were read cannot matter. */
int dataset_sort_labels(struct dataset *d);

/* Read a CSV file's text (RFC 4180, header first) into an empty data set.  Columns are
 * found by name: label, trace and burst must be there, or label alone; the columns of
 * `extract` that describe the flow are taken when all are there; "flow" is passed over;
 * every other column is a feature and must hold finite numbers.  -EINVAL or -ENOMEM with
 * line and column named in f; d is then to be cleared. */
int dataset_parse_csv(struct dataset *d, const char *text, size_t len, struct fault *f);

/* Names the data: order, labels, traces and features included. */
uint64_t dataset_digest(const struct dataset *d);

#endif
