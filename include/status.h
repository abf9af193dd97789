/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_STATUS_H
#define NFCLASS_STATUS_H

#include "marker.h"
#include "sink.h"
#include "skip.h"
#include "worker.h"

/* The counters of everything.  One table names them and says which of them are losses:
 * the log, people and programs read the same ones, under the same names. */

struct status_counters {
	struct lane_counters lane;
	struct marker_counters marks;
	struct skip_counters skip;
	uint32_t skip_now;     /* connections outside the queue */
	uint64_t lost_to_file; /* lines that the log file did not take */
};

/* What belongs together.  The first three are each queue's own. */
enum status_group {
	STATUS_QUEUE,
	STATUS_DECODED,
	STATUS_BURSTS,
	STATUS_MARKS,
	STATUS_SKIP,
	STATUS_FILE,
	STATUS_GROUPS
};

struct status_counter {
	const char *name;
	uint64_t value;
	const char *loss; /* what is lost when it is not 0, in words; NULL: nothing */
};

/* The i-th counter of a group; false when it has no more. */
bool status_counter(enum status_group g, unsigned i, const struct status_counters *n,
                    struct status_counter *c);

/* As of one moment. */
#define STATUS_QUEUES 64

struct status {
	struct status_counters total;
	bool told[STATUS_GROUPS]; /* whether there is anything to tell of them */
	unsigned first_queue, queues;
	struct {
		bool answers; /* else its counters are not known */
		struct status_counters n;
	} queue[STATUS_QUEUES];
};

/* Add what was asked of each queue, and what the sink knows; the caller has filled in the
 * rest of the total. */
void status_sum(struct status *s, const struct sink *sink);

/* Lines of key=value in the log. */
void status_log(const struct status *s, const struct sink *sink);

/* What the daemon is, beside its counters. */
struct status_about {
	const char *model_path;
	const struct model *model;
	struct mono up; /* for so long */
};

/* For a person: what was lost first. */
void status_text(const struct status *s, const struct sink *sink,
                 const struct status_about *a, FILE *out);

/* One object, nfclassd(8), on one line. */
void status_json(const struct status *s, const struct sink *sink,
                 const struct status_about *a, FILE *out);

#endif
