/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CMD_H
#define NFCLASS_CMD_H

#include <stdio.h>

#include "progress.h"
#include "record.h"
#include "report.h"
#include "train.h"

/* What the commands of nfclass share. */

enum { CMD_DONE = 0, CMD_FAILED = 1, CMD_USAGE = 2 };

/* Commands as bits, to say which options belong to which. */
enum cmd_bit {
	CMD_EXTRACT = 1,
	CMD_TRAIN = 2,
	CMD_EVAL = 4,
	CMD_CLASSIFY = 8,
	CMD_LOG = 16,
	CMD_SHOW = 32,
	CMD_EXPLAIN = 64,
	CMD_STATUS = 128,
	CMD_TOP = 256,
	CMD_RELOAD = 512,
};

/* All options of all commands, with their defaults where none was given. */
struct options {
	struct burst_params burst;
	enum feature_set set;
	struct forest_params forest;
	bool wide;
	struct teach_params teach;
	double precision, novel;
	uint32_t min_packets;
	double split; /* share of the traces to train on; 0 when not asked for */
	unsigned repeat, folds;
	enum record_format format;
	bool search;
	bool alone, mix, open, leaky, split_by_flow, no_unknown, early;
	struct due_params early_at;
	bool as_json, once;                 /* of what the daemon tells */
	uint32_t rows, interval_s;          /* of top */
	const char *conf, *socket;          /* where to find the daemon, or NULL */
	uint32_t burst_number, client_port; /* 0 for every one */
	const char *as;                     /* how explanations are to look, or NULL */
	const char *model, *output, *json, *report, *date;
	char *unknown;      /* folder of what is to be called so */
	struct names notes; /* KEY=VALUE */
	uint32_t given;     /* bits of enum option_given */
	char **paths;       /* what is no option */
	int count;
};

/* Options whose being given matters, apart from their value. */
enum option_given {
	GIVEN_FEATURES = 1,
	GIVEN_CUTTING = 2, /* gap, max or MTU */
	GIVEN_FOREST = 4,
	GIVEN_REPEAT = 8,
	GIVEN_SPLITS = 16, /* how trees split: mtry or extra */
	GIVEN_TRACE_POWER = 32,
};

/* Read a command's arguments (argv[0] is its name): CMD_DONE, or CMD_USAGE after saying
 * what is wrong.  Ended by options_clear() in either case. */
int options_parse(struct options *o, enum cmd_bit cmd, int argc, char **argv);
void options_clear(struct options *o);

/* The options of a command as lines for its --help. */
void options_help(enum cmd_bit cmd);

/* Say what is wrong with how a command was called, and return CMD_USAGE. */
int cmd_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Say why a command could not do what was asked, and return CMD_FAILED. */
int cmd_failed(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* false when a stream takes no more: stop; if it is standard output, main() says so. */
bool cmd_out_ok(FILE *out);

/* One of many captures that a command reads. */
struct cmd_capture {
	const char *path;
	FILE *out; /* for what the command prints of it */
	struct progress *progress;
	bool one_of_many; /* what is printed has to tell of which trace it is */
};

/* How a command reads captures: every thread begins with what it needs for one after the
 * other (NULL when memory is short) and ends with it. */
struct cmd_reader {
	void *(*begin)(void *arg);
	void (*end)(void *own);
	/* One capture, with progress in packets: 0, or what replay_next() or anything
	 * else fails with, *f filled. */
	int (*read)(void *own, const struct cmd_capture *c, struct fault *f);
	void *arg; /* of begin */
};

/* Have each capture that o->paths mean read, several of them at a time; what is printed
 * comes in their order.  Those that cannot be read are named; of those cut short a
 * warning tells.  CMD_DONE or CMD_FAILED. */
int cmd_each_capture(const struct options *o, unsigned threads,
                     const struct cmd_reader *reader);

/* The line that stands before what is printed of one of many captures; nothing for a
 * single one. */
void cmd_put_trace(const struct cmd_capture *c);

/* A record's line without line end, in kv and json with its capture's path where it is
 * one of many. */
void cmd_put_record(const struct cmd_capture *c, const struct record *r,
                    enum record_format format);

/* Read everything that o->paths mean into d, fresh from dataset_init(), and put its
 * labels in order; captures as in struct load, and of upto[], which may be NULL, path by
 * path the number of traces up to and with it.  What does not tell its traces is refused
 * unless the options say leaky.  CMD_FAILED, said, when some of it could
 * not be read: the rest is there. */
int cmd_load(const struct options *o, struct dataset *d, struct names *captures,
             uint32_t *upto);

/* What the options ask for, for data of a set of features, or of columns that are none
 * (FEATURE_SETS); training shows itself by *progress, which is begun here. */
struct train_params cmd_train_params(const struct options *o, enum feature_set set,
                                     struct progress *progress);

/* Try out which forest suits the data, whose traces come from o->paths as upto says; say
 * what was tried, and put the best into *p. */
int cmd_train_search(const struct options *o, const struct dataset *d,
                     const uint32_t *upto, struct train_params *p, struct fault *f);

/* Print a report, and write the files of it that were asked for. */
int cmd_reports(const struct options *o, const struct report *r);

int cmd_extract(const struct options *o);
int cmd_train(const struct options *o);
int cmd_eval(const struct options *o);
int cmd_classify(const struct options *o);
int cmd_log(const struct options *o);
int cmd_show(const struct options *o);
int cmd_explain(const struct options *o);
int cmd_status(const struct options *o);
int cmd_top(const struct options *o);
int cmd_reload(const struct options *o);

#endif
