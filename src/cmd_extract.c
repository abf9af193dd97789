/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
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
static void put_text(const char *s, FILE *out)
{
	if (!strpbrk(s, ",\"\r\n")) {
		fputs(s, out);
		return;
	}
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"')
			fputc('"', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

#define ROW_SIZE (2 * ADDR_TEXT_SIZE + (12 + FEATURE_MAX) * (DECIMAL_SIZE + 1))

static char *put_u64(char *to, uint64_t v)
{
	*to++ = ',';
	return decimal_u64(to, v);
}

static char *put_end(char *to, struct addr a, uint16_t port)
{
	*to++ = ',';
	to += strlen(addr_text(a, to));
	return put_u64(to, port);
}

/* Epoch seconds with all six places. */
static char *put_time(char *to, struct mono t)
{
	uint64_t places = (uint64_t)(t.us % MONO_SECOND) + MONO_SECOND; /* 1dddddd */
	char *end;

	to = put_u64(to, (uint64_t)(t.us / MONO_SECOND));
	end = decimal_u64(to, places);
	*to = '.';
	return end;
}

static void put_flow(const struct cmd_capture *c, const char *label,
                     const struct burst_flow *bf, enum feature_set set)
{
	char row[ROW_SIZE], *to = row;
	float x[FEATURE_MAX];

	put_text(c->path, c->out);
	fputc(',', c->out);
	put_text(label, c->out);
	to = put_u64(to, bf->burst->number);
	to = put_end(to, bf->ends.client, bf->ends.client_port);
	to = put_end(to, bf->ends.server, bf->ends.server_port);
	*to++ = ',';
	to = stpcpy(to, proto_name(bf->ends.proto));
	to = put_time(to, bf->first);
	to = put_time(to, bf->last);
	to = put_u64(to, bf->pkts[BURST_SENT]);
	to = put_u64(to, bf->pkts[BURST_RCVD]);
	to = put_u64(to, bf->bytes[BURST_SENT]);
	to = put_u64(to, bf->bytes[BURST_RCVD]);
	feature_vector(set, bf, x);
	for (unsigned i = 0; i < feature_count(set); i++) {
		*to++ = ',';
		to = decimal_float(to, x[i]);
	}
	*to++ = '\n';
	(void)fwrite(row, 1, (size_t)(to - row), c->out); /* cmd_out_ok() tells */
}

/* A thread's own. */
struct reading {
	const struct options *o;
	struct trace *trace;
};

static void end_reading(void *own)
{
	struct reading *r = own;

	trace_free(r->trace);
	free(r);
}

static void *begin_reading(void *arg)
{
	struct reading *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->o = *(const struct options **)arg;
	r->trace = trace_new(&r->o->burst);
	if (r->trace)
		return r;
	end_reading(r);
	return NULL;
}

static int extract_trace(void *own, const struct cmd_capture *c, struct fault *f)
{
	const struct reading *r = own;
	char label[WALK_LABEL_SIZE];
	const struct burst *b;
	int got = trace_open(r->trace, c->path, f);

	walk_label(c->path, label);
	while (got >= 0 && (got = trace_next(r->trace, &b, f)) > 0 &&
	       cmd_out_ok(c->out)) {
		burst_each_flow (b, bf)
			put_flow(c, label, bf, r->o->set);
		progress_packets(c->progress, trace_packets(r->trace));
	}
	return got < 0 ? got : 0;
}

int cmd_extract(const struct options *o)
{
	const struct cmd_reader reader = { begin_reading, end_reading, extract_trace,
		                           &o };

	if (o->count == 0)
		return cmd_usage("extract: no TRACE or DIR given");
	put_header(o->set);
	return cmd_each_capture(o, o->forest.threads, &reader);
}
