/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_SINK_H
#define NFCLASS_SINK_H

#include <stdio.h>

#include "fault.h"
#include "names.h"
#include "record.h"
#include "tally.h"
#include "usage.h"
#include "user.h"

/* Where labels go: syslog, a file, stderr.  It may wait for any of them, so only the main
 * thread has one. */

struct sink {
	bool to_syslog, to_stderr;
	enum record_format format; /* of the file; the others get kv lines */
	struct user user;          /* who we are, or will be */
	const char *path;          /* of the file, "" for none; or NULL */
	FILE *file;                /* or NULL */
	struct names labels;       /* every label seen */
	uint64_t *label_count;     /* by label */
	struct usage *usage;       /* the caller's, by these labels; or NULL */
	uint64_t burst;            /* the last one in the file, for the seed format */
	int64_t row_second;        /* whose title was written last */
	unsigned row_worker;
	uint64_t failed;     /* lines that the file did not take */
	bool file_is_broken; /* and that this was told */
};

/* All zero is a sink that goes nowhere.  sink_clear() ends it, also a half-made one. */
void sink_clear(struct sink *s);

/* As root: open the file that lines are added to and give it to the user who root
 * becomes, where user_give_file() can; where not, nothing.  As sink_open(). */
int sink_give(struct sink *s, const char *path, enum record_format format,
              struct fault *f);

/* Open (again) the file, "" for none; path is borrowed until the next call that succeeds.
 * When only rights are missing, the one that is open, if any, is kept, with a warning. 0,
 * or -errno with *f filled and everything as before. */
int sink_open(struct sink *s, const char *path, enum record_format format,
              struct fault *f);

/* A provisional label does not go to a file of the seed format, which cannot say so. */
void sink_put(struct sink *s, const struct record *r);

/* A row of counters, under a title for each second and worker.  In the file only beside
 * lines of the seed format: the others are for programs that read each line alike. */
void sink_put_row(struct sink *s, const struct tally_row *row, int64_t second,
                  unsigned worker);

/* What connection tracking has counted of a flow with this label, in so long: it is only
 * what usage is told. */
void sink_put_skipped(struct sink *s, const struct tally_row *row, const char *label,
                      struct mono took);

/* What was put is to be in the file now. */
void sink_flush(struct sink *s);

#endif
