/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"
#include "walk.h"

static void put_header(enum feature_set set)
{
	fputs("trace,label,burst,client,client_port,server,server_port,proto,first,last,"
	      "pkts_sent,pkts_rcvd,bytes_sent,bytes_rcvd",
	      stdout);
	for (unsigned i = 0; i < feature_count(set); i++)
		printf(",%s", feature_name(set, i));
	putchar('\n');
}

/* RFC 4180: quoted where it must be. */
static void put_text(const char *s)
{
	if (!strpbrk(s, ",\"\r\n")) {
		fputs(s, stdout);
		return;
	}
	putchar('"');
	for (; *s; s++) {
		if (*s == '"')
			putchar('"');
		putchar(*s);
	}
	putchar('"');
}

/* The shortest decimal that reads back to v.  Six digits survive the way into a float and
 * back, so that a shorter one shows up as six with its zeros gone. */
static void put_float(float v)
{
	char text[32];

	for (int digits = 6; digits <= 9; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, (double)v);
		if (strtof(text, NULL) == v)
			break;
	}
	fputs(text, stdout);
}

static void put_flow(const char *path, const char *label, const struct burst_flow *bf,
                     enum feature_set set)
{
	char client[ADDR_TEXT_SIZE], server[ADDR_TEXT_SIZE];
	float x[FEATURE_MAX];

	put_text(path);
	putchar(',');
	put_text(label);
	printf(",%" PRIu64 ",%s,%u,%s,%u,%s", bf->burst->number,
	       addr_text(bf->ends.client, client), bf->ends.client_port,
	       addr_text(bf->ends.server, server), bf->ends.server_port,
	       proto_name(bf->ends.proto));
	printf(",%" PRId64 ".%06" PRId64 ",%" PRId64 ".%06" PRId64,
	       bf->first.us / MONO_SECOND, bf->first.us % MONO_SECOND,
	       bf->last.us / MONO_SECOND, bf->last.us % MONO_SECOND);
	printf(",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, bf->pkts[BURST_SENT],
	       bf->pkts[BURST_RCVD], bf->bytes[BURST_SENT], bf->bytes[BURST_RCVD]);
	feature_vector(set, bf, x);
	for (unsigned i = 0; i < feature_count(set); i++) {
		putchar(',');
		put_float(x[i]);
	}
	putchar('\n');
}

static int extract_trace(void *arg, const char *path, struct progress *p, struct fault *f)
{
	const struct options *o = *(const struct options **)arg;
	char label[WALK_LABEL_SIZE];
	const struct burst *b;
	struct trace *t = trace_open(path, &o->burst, f);
	int got;

	if (!t)
		return -EINVAL;
	walk_label(path, label);
	while ((got = trace_next(t, &b, f)) > 0 && cmd_out_ok()) {
		burst_each_flow (b, bf)
			put_flow(path, label, bf, o->set);
		progress_packets(p, trace_packets(t));
	}
	trace_free(t);
	return got < 0 ? got : 0;
}

int cmd_extract(const struct options *o)
{
	if (o->count == 0)
		return cmd_usage("extract: no TRACE or DIR given");
	put_header(o->set);
	return cmd_each_capture(o, extract_trace, &o);
}
