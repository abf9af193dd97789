/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_RECORD_H
#define NFCLASS_RECORD_H

#include "label.h"

/* A labelled burst-flow as a value, and the lines that programs print of it: the daemon
 * and `nfclass classify` share them, to the letter. */

#define RECORD_IF_SIZE     16
#define RECORD_LABEL_SIZE  64
#define RECORD_REASON_SIZE 24

struct record {
	uint64_t burst; /* 0 when provisional: bursts are numbered as they end */
	unsigned burst_flags;
	struct flow_ends ends;
	int64_t first_us, last_us;  /* epoch */
	uint64_t pkts[2], bytes[2]; /* BURST_SENT, BURST_RCVD */
	char label[RECORD_LABEL_SIZE];
	char reason[RECORD_REASON_SIZE]; /* "" when the label is known */
	float confidence;
	bool provisional; /* the burst goes on, and a final label follows */
	uint32_t mark;
	bool blocked;    /* and packets with this mark are not forwarded */
	uint32_t agreed; /* bursts of the flow in a row that said this, at most 255; 0
	                  * when provisional */
	char in[RECORD_IF_SIZE], out[RECORD_IF_SIZE]; /* interface names, "" unknown */
};

enum record_format { RECORD_SEED, RECORD_KV, RECORD_JSON };

/* false when there is no format of that name. */
bool record_format_find(const char *name, enum record_format *format);

/* Everything but the mark, what goes with it, and interfaces, which become unknown.  A
 * label that is too long is cut.  epoch_us is added to the burst-flow's times to make
 * epoch microseconds. */
void record_fill(struct record *r, const struct model *m, const struct burst_flow *bf,
                 const struct label *l, int64_t epoch_us);

/* Longer than any line of any format. */
#define RECORD_LINE_SIZE 2048

/* One line without line end into buf, in full whatever the record holds: what a label
 * must not contain in a format is escaped.  The seed format's "Burst N:" line is the
 * caller's. */
void record_line(const struct record *r, enum record_format format,
                 char buf[static RECORD_LINE_SIZE]);

#endif
