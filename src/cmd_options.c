/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table says which options there are, where they go, what they may be and what they
 * mean: parser and help both read it. */
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "line.h"
#include "request.h"

enum kind {
	SECONDS,
	NUMBER32,
	NUMBER64,
	FRACTION,
	REAL,
	FLAG,
	TEXT,
	DATE,
	FEATURES,
	FORMAT,
	LAN,
	NOTE,
	NOISE,
	SPLIT_BY
};

#define BURSTS (CMD_EXTRACT | CMD_TRAIN | CMD_EVAL)
#define GROWS  (CMD_TRAIN | CMD_EVAL)
#define ASKS   (CMD_STATUS | CMD_TOP | CMD_RELOAD)
#define AT(x)  offsetof(struct options, x)

static const struct option_row {
	const char *name;
	char letter; /* 0 for none */
	unsigned cmds;
	enum kind kind;
	size_t at;
	double min, max; /* both allowed, but for a FRACTION */
	uint32_t given;
	const char *meta, *help;
} rows[] = {
	{ "model", 'm', CMD_CLASSIFY | CMD_EXPLAIN, TEXT, AT(model), 0, 0, 0, "MODEL",
	  "the model" },
	{ "output", 'o', CMD_TRAIN, TEXT, AT(output), 0, 0, 0, "MODEL",
	  "where the model goes" },
	{ "features", 0, BURSTS, FEATURES, AT(set), 0, 0, GIVEN_FEATURES, "SET",
	  "feature set, seed15 or full (extract: seed15; else full)" },
	{ "gap", 0, BURSTS, SECONDS, AT(burst.gap), 0.001, 60, GIVEN_CUTTING, "SECONDS",
	  "a longer silence of a client ends its burst (1)" },
	{ "max", 0, BURSTS, SECONDS, AT(burst.max), 0, 86400, GIVEN_CUTTING, "SECONDS",
	  "a longer burst is cut; 0 for never (0)" },
	{ "mtu", 0, BURSTS | CMD_LOG, NUMBER32, AT(burst.mtu_bytes), 576, 65535,
	  GIVEN_CUTTING, "BYTES", "longer TCP packets count as segments (1500)" },
	{ "lan", 0, BURSTS | CMD_CLASSIFY | CMD_EXPLAIN | CMD_LOG, LAN, AT(burst.lan), 0,
	  0, 0, "PREFIX", "clients are in here; up to 16 times (private addresses)" },
	{ "trees", 0, GROWS, NUMBER32, AT(forest.trees), 1, 10000, GIVEN_FOREST, "N",
	  "trees in the forest (200)" },
	{ "mtry", 0, GROWS, NUMBER32, AT(forest.mtry), 0, FEATURE_MAX,
	  GIVEN_FOREST | GIVEN_SPLITS, "N",
	  "features tried at a split; 0 for their square root (seed15: 8; full: 20)" },
	{ "min-leaf", 0, GROWS, NUMBER32, AT(forest.min_leaf), 1, 1000000, GIVEN_FOREST,
	  "N", "fewest samples in a leaf (1)" },
	{ "extra", 0, GROWS, FLAG, AT(forest.extra), 0, 0, GIVEN_FOREST | GIVEN_SPLITS,
	  NULL, "cut at random places, as extra-trees (full: unless --mtry)" },
	{ "wide", 0, GROWS, FLAG, AT(wide), 0, 0, GIVEN_FOREST, NULL,
	  "all trees may ask for all features (full: half of them)" },
	{ "trace-power", 0, GROWS, REAL, AT(forest.power.trace), 0, 1,
	  GIVEN_FOREST | GIVEN_TRACE_POWER, "POWER",
	  "a row of a trace of n counts n^-POWER (0; full: 0.5)" },
	{ "class-power", 0, GROWS, REAL, AT(forest.power.class), 0, 1, GIVEN_FOREST,
	  "POWER", "a row of a class of n counts n^-POWER; 1 for balanced classes (0)" },
	{ "learn-packets", 0, GROWS, NUMBER32, AT(teach.packets), 1, 1000, GIVEN_FOREST,
	  "N", "burst-flows with fewer teach the forest nothing (1)" },
	{ "noise", 0, GROWS, NOISE, AT(teach.noise), 0, 0, GIVEN_FOREST, "HOW",
	  "keep, drop or ambiguous: what trees of other traces tell wrongly (keep)" },
	{ "seed", 0, GROWS, NUMBER64, AT(forest.seed), 0, 0x1p53, 0, "N",
	  "of every random choice (1)" },
	{ "threads", 0, GROWS | CMD_EXTRACT | CMD_CLASSIFY, NUMBER32, AT(forest.threads),
	  1, 1024, 0, "N",
	  "at work at once; never changes a result (one for each processor)" },
	{ "precision", 0, GROWS, FRACTION, AT(precision), 0, 1, 0, "SHARE",
	  "named labels shall be right so often, else Unknown (0.9)" },
	{ "novel", 0, GROWS, REAL, AT(novel), 0, 1, 0, "SHARE",
	  "so many known burst-flows may be Unknown as novel; 0 to ask nothing (0.02)" },
	{ "min-packets", 0, GROWS, NUMBER32, AT(min_packets), 1, 1000, 0, "N",
	  "burst-flows with fewer are Unknown (1)" },
	{ "search", 0, CMD_TRAIN, FLAG, AT(search), 0, 0, 0, NULL,
	  "try out which forest suits the data, and train that" },
	{ "folds", 0, CMD_TRAIN, NUMBER32, AT(folds), 2, 100, 0, "N",
	  "parts of the traces, each judged once by --search (5)" },
	{ "note", 0, CMD_TRAIN, NOTE, AT(notes), 0, 0, 0, "KEY=VALUE",
	  "kept in the model, as source=...; may be repeated" },
	{ "date", 0, CMD_TRAIN, DATE, AT(date), 0, 0, 0, "DATE",
	  "of the data (the day of its newest packet)" },
	{ "split", 0, CMD_EVAL, FRACTION, AT(split), 0, 1, 0, "SHARE",
	  "train on this share of each class's traces, judge on the others" },
	{ "repeat", 0, CMD_EVAL, NUMBER32, AT(repeat), 1, 1000, GIVEN_REPEAT, "N",
	  "so many different splits (1)" },
	{ "alone", 0, CMD_EVAL | CMD_CLASSIFY | CMD_EXPLAIN, FLAG, AT(alone), 0, 0, 0,
	  NULL, "judge each burst-flow by its own votes" },
	{ "mix", 0, CMD_EVAL, FLAG, AT(mix), 0, 0, 0, NULL,
	  "lay each trace over one of another class, as one client's" },
	{ "unknown", 0, CMD_EVAL, TEXT, AT(unknown), 0, 0, 0, "DIR|CSV",
	  "other apps: how many of them are called Unknown" },
	{ "open", 0, CMD_EVAL, FLAG, AT(open), 0, 0, 0, NULL,
	  "leave each class out once: is it called Unknown" },
	{ "split-by", 0, CMD_EVAL, SPLIT_BY, AT(split_by_flow), 0, 0, 0, "WHAT",
	  "trace; or flow, which flatters and wants --leaky (trace)" },
	{ "leaky", 0, CMD_EVAL, FLAG, AT(leaky), 0, 0, 0, NULL,
	  "split although flows of one trace then judge each other" },
	{ "no-unknown", 0, CMD_CLASSIFY, FLAG, AT(no_unknown), 0, 0, 0, NULL,
	  "always name the likeliest class" },
	{ "early", 0, CMD_CLASSIFY | CMD_EVAL, FLAG, AT(early), 0, 0, 0, NULL,
	  "provisional labels too, before a burst ends" },
	{ "early-packets", 0, CMD_CLASSIFY, NUMBER32, AT(early_at.packets), 0, 1000000, 0,
	  "N", "those after so many packets of a burst-flow; 0 for never (20)" },
	{ "early-after", 0, CMD_CLASSIFY, SECONDS, AT(early_at.delay), 0, 3600, 0,
	  "SECONDS", "or so long after its first one; 0 for never (0)" },
	{ "format", 0, CMD_CLASSIFY, FORMAT, AT(format), 0, 0, 0, "FORMAT",
	  "seed, kv or json (seed)" },
	{ "format", 0, CMD_EXPLAIN, TEXT, AT(as), 0, 0, 0, "FORMAT",
	  "text or json (text)" },
	{ "burst", 0, CMD_EXPLAIN, NUMBER32, AT(burst_number), 1, UINT32_MAX, 0, "N",
	  "only flows of this burst of a trace" },
	{ "flow", 0, CMD_EXPLAIN, NUMBER32, AT(client_port), 1, 65535, 0, "PORT",
	  "only flows of this port of a client" },
	{ "config", 'c', ASKS, TEXT, AT(conf), 0, 0, 0, "FILE",
	  "the settings that the daemon was started with" },
	{ "socket", 's', ASKS, TEXT, AT(socket), 0, 0, 0, "PATH",
	  "its control socket, whatever the settings say" },
	{ "json", 0, CMD_STATUS | CMD_TOP, FLAG, AT(as_json), 0, 0, 0, NULL,
	  "one JSON object on one line" },
	{ "once", 0, CMD_TOP, FLAG, AT(once), 0, 0, 0, NULL,
	  "one table, also on a terminal" },
	{ "rows", 'n', CMD_TOP, NUMBER32, AT(rows), 1, REQUEST_MOST_ROWS, 0, "N",
	  "so many of the busiest (20)" },
	{ "interval", 'i', CMD_TOP, NUMBER32, AT(interval_s), 1, REQUEST_MOST_SECONDS, 0,
	  "SECONDS", "rates over so long, and a new table as often (5)" },
	{ "json", 0, CMD_EVAL, TEXT, AT(json), 0, 0, 0, "FILE", "all figures as data" },
	{ "report", 0, CMD_EVAL, TEXT, AT(report), 0, 0, 0, "FILE",
	  "one self-contained page of HTML" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static int bad_value(const struct option_row *r, const char *value, const char *allowed)
{
	return cmd_usage("--%s: '%s' is not %s", r->name, value, allowed);
}

/* Decimal, finite and all of it a number. */
static bool parse_decimal(const char *value, double *v)
{
	char *end;

	if (*value == 0 || strspn(value, "0123456789.") != strlen(value))
		return false;
	*v = strtod(value, &end);
	return *end == 0 && isfinite(*v);
}

static int set_number(const struct option_row *r, const char *value, void *slot)
{
	char allowed[80];
	double v;
	bool ok = parse_decimal(value, &v) && v >= r->min && v <= r->max;

	if (r->kind == NUMBER32 || r->kind == NUMBER64) {
		(void)snprintf(allowed, sizeof(allowed), "a whole number in %.0f..%.0f",
		               r->min, r->max);
		ok = ok && v == floor(v);
	} else if (r->kind == FRACTION) {
		(void)snprintf(allowed, sizeof(allowed), "a number between 0 and 1");
		ok = ok && v > 0 && v < 1;
	} else if (r->kind == REAL) {
		(void)snprintf(allowed, sizeof(allowed), "a number in %g..%g", r->min,
		               r->max);
	} else {
		(void)snprintf(allowed, sizeof(allowed), "a number of seconds in %g..%g",
		               r->min, r->max);
	}
	if (!ok)
		return bad_value(r, value, allowed);
	if (r->kind == NUMBER32)
		*(uint32_t *)slot = (uint32_t)v;
	else if (r->kind == NUMBER64)
		*(uint64_t *)slot = (uint64_t)v;
	else if (r->kind == FRACTION || r->kind == REAL)
		*(double *)slot = v;
	else
		((struct mono *)slot)->us = llround(v * MONO_SECOND);
	return CMD_DONE;
}

static int add_lan(const struct option_row *r, const char *value, struct flow_lan *lan)
{
	if (lan->count == sizeof(lan->prefix) / sizeof(lan->prefix[0]))
		return cmd_usage("--lan: more than %u prefixes", lan->count);
	if (!prefix_parse(value, &lan->prefix[lan->count]))
		return bad_value(r, value, "ADDRESS or ADDRESS/BITS");
	lan->count++;
	return CMD_DONE;
}

static int set_date(const struct option_row *r, const char *value, const char **date)
{
	struct tm tm;
	const char *end = strptime(value, "%Y-%m-%d", &tm);

	if (!end || *end || strlen(value) != strlen("2019-04-07"))
		return bad_value(r, value, "a day as in 2019-04-07");
	*date = value;
	return CMD_DONE;
}

static int add_note(const struct option_row *r, const char *value, struct names *notes)
{
	const char *equals = strchr(value, '=');

	if (!equals || equals == value || strlen(value) >= MODEL_PROVENANCE_SIZE)
		return bad_value(r, value, "KEY=VALUE of at most 1023 bytes");
	if (names_add(notes, value) == NAMES_NONE)
		return cmd_usage("--note: out of memory");
	return CMD_DONE;
}

static int find_features(const struct option_row *r, const char *value,
                         enum feature_set *set)
{
	char allowed[128];
	struct line l = line_in(allowed, sizeof(allowed));

	if (feature_set_find(value, set))
		return CMD_DONE;
	line_put(&l, "one of");
	for (unsigned i = 0; i < FEATURE_SETS; i++)
		line_put(&l, " %s", feature_set_name((enum feature_set)i));
	return bad_value(r, value, allowed);
}

static int set_option(struct options *o, const struct option_row *r, char *value)
{
	void *slot = (char *)o + r->at;

	o->given |= r->given;
	switch (r->kind) {
	case SECONDS:
	case NUMBER32:
	case NUMBER64:
	case FRACTION:
	case REAL:
		return set_number(r, value, slot);
	case FLAG:
		*(bool *)slot = true;
		return CMD_DONE;
	case TEXT:
		*(const char **)slot = value;
		return CMD_DONE;
	case DATE:
		return set_date(r, value, slot);
	case FEATURES:
		return find_features(r, value, slot);
	case FORMAT:
		return record_format_find(value, slot)
		               ? CMD_DONE
		               : bad_value(r, value, "seed, kv or json");
	case LAN:
		return add_lan(r, value, slot);
	case NOTE:
		return add_note(r, value, slot);
	case NOISE:
		return teach_noise_parse(value, slot)
		               ? CMD_DONE
		               : bad_value(r, value, "keep, drop or ambiguous");
	case SPLIT_BY:
		*(bool *)slot = strcmp(value, "flow") == 0;
		return *(bool *)slot || strcmp(value, "trace") == 0
		               ? CMD_DONE
		               : bad_value(r, value, "trace or flow");
	}
	return CMD_DONE;
}

static void set_defaults(struct options *o, enum cmd_bit cmd)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	*o = (struct options){
		.burst = burst_defaults(),
		.set = cmd == CMD_EXTRACT ? FEATURE_SEED15 : FEATURE_FULL,
		.forest = forest_defaults(),
		.precision = 0.9,
		.novel = 0.02,
		.min_packets = 1,
		.teach = { .packets = 1 },
		.repeat = 1,
		.folds = 5,
		.format = RECORD_SEED,
		.early_at = { .packets = 20 },
		.rows = 20,
		.interval_s = 5,
	};
	o->forest.trees = 200;
	o->forest.threads = processors > 0 ? (unsigned)processors : 1;
}

/* getopt's tables of the options that belong to cmd; val is 256 + the row's number. */
static void fill_getopt(enum cmd_bit cmd, struct option *longs, char *shorts)
{
	*shorts++ = ':'; /* a missing value is told apart */
	for (size_t i = 0; i < ROWS; i++) {
		if (!(rows[i].cmds & cmd))
			continue;
		*longs++ = (struct option){ rows[i].name, rows[i].meta != NULL, NULL,
			                    256 + (int)i };
		if (!rows[i].letter)
			continue;
		*shorts++ = rows[i].letter;
		*shorts++ = ':';
	}
	*longs = (struct option){ 0 };
	*shorts = 0;
}

static int row_of(int got)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].letter == got)
			return (int)i;
	return got - 256;
}

int options_parse(struct options *o, enum cmd_bit cmd, int argc, char **argv)
{
	struct option longs[ROWS + 1];
	char shorts[2 * ROWS + 2];
	int got, code;

	set_defaults(o, cmd);
	fill_getopt(cmd, longs, shorts);
	opterr = 0;
	optind = 1;
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const char *word = argv[optind - 1];

		if (got == ':')
			return cmd_usage("%s: '%s' needs a value", argv[0], word);
		if (got == '?')
			return cmd_usage("%s: no option '%s'", argv[0], word);
		code = set_option(o, &rows[row_of(got)], optarg);
		if (code != CMD_DONE)
			return code;
	}
	o->paths = argv + optind;
	o->count = argc - optind;
	return CMD_DONE;
}

void options_clear(struct options *o)
{
	names_clear(&o->notes);
}

void options_help(enum cmd_bit cmd)
{
	for (size_t i = 0; i < ROWS; i++) {
		char left[64], letter[8] = "";

		if (!(rows[i].cmds & cmd))
			continue;
		if (rows[i].letter)
			(void)snprintf(letter, sizeof(letter), "-%c, ", rows[i].letter);
		(void)snprintf(left, sizeof(left), "%s--%s%s%s", letter, rows[i].name,
		               rows[i].meta ? " " : "", rows[i].meta ? rows[i].meta : "");
		printf("  %-22s %s\n", left, rows[i].help);
	}
}
