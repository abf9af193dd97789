/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>

#include "log.h"
#include "replay.h"
#include "tally.h"

static void put_second(struct tally *t, int64_t second, FILE *out)
{
	const struct list *rows = tally_rows(t);

	if (list_empty(rows))
		return;
	fputs(TALLY_TITLE "\n", out);
	for (struct list *n = rows->next; n != rows; n = n->next) {
		char line[TALLY_LINE_SIZE];

		tally_line(list_owner(n, struct tally_row, node), second, line);
		fprintf(out, "%s\n", line);
	}
	if (tally_missed(t))
		log_warn("second %lld: %llu packets of further flows not counted",
		         (long long)second, (unsigned long long)tally_missed(t));
	tally_begin(t);
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

static int log_trace(void *arg, const struct cmd_capture *c, struct fault *f)
{
	struct replay *r = replay_open(c->path, f);
	struct tally *t;
	int err = -EINVAL;

	if (!r)
		return err;
	t = tally_new(arg);
	cmd_put_trace(c);
	if (t)
		err = log_packets(r, t, c, f);
	else
		err = fault_set(f, -ENOMEM, "%s: out of memory", c->path);
	tally_free(t);
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

	if (o->count == 0)
		return cmd_usage("log: no TRACE given");
	return cmd_each_capture(o, 1, log_trace, &p);
}
