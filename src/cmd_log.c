/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>

#include "log.h"
#include "replay.h"
#include "tally.h"

static void put_second(struct tally *t, int64_t second, FILE *out)
{
	unsigned long long missed = tally_missed(t);
	const struct tally_row *row;

	tally_begin(t);
	if (tally_has_rows(t))
		fputs(TALLY_TITLE "\n", out);
	while ((row = tally_take(t))) {
		char line[TALLY_LINE_SIZE];

		tally_line(row, second, line);
		fprintf(out, "%s\n", line);
	}
	if (missed)
		log_warn("second %lld: %llu packets of further flows not counted",
		         (long long)second, missed);
}

static int log_packets(struct replay *r, struct tally *t, const struct cmd_capture *c,
                       struct fault *f)
{
	enum decode_result result;
	struct packet pkt;
	uint64_t packets = 0;
	int64_t second = 0;
	int got;

	while ((got = replay_next(r, &result, &pkt, f)) > 0 && cmd_out_ok(c->out)) {
		packets++;
		if (pkt.time.us / MONO_SECOND != second) {
			put_second(t, second, c->out);
			progress_packets(c->progress, packets);
		}
		second = pkt.time.us / MONO_SECOND;
		if (result == DECODE_OK)
			tally_add(t, &pkt);
	}
	put_second(t, second, c->out);
	return got < 0 ? got : 0;
}

static void *begin_log(void *arg)
{
	return tally_new(arg);
}

static void end_log(void *own)
{
	tally_free(own);
}

static int log_trace(void *own, const struct cmd_capture *c, struct fault *f)
{
	struct replay *r = replay_open(c->path, f);
	int err;

	if (!r)
		return -EINVAL;
	cmd_put_trace(c);
	tally_forget(own);
	err = log_packets(r, own, c, f);
	replay_free(r);
	return err;
}

int cmd_log(const struct options *o)
{
	struct tally_params p = {
		.max_flows = o->burst.max_flows,
		.mtu_bytes = o->burst.mtu_bytes,
		.lan = o->burst.lan,
	};
	const struct cmd_reader reader = { begin_log, end_log, log_trace, &p };

	if (o->count == 0)
		return cmd_usage("log: no TRACE given");
	return cmd_each_capture(o, 1, &reader);
}
