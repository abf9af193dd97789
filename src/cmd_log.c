/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <stdio.h>

#include "log.h"
#include "replay.h"
#include "tally.h"

static void put_second(struct tally *t, int64_t second)
{
	const struct list *rows = tally_rows(t);

	if (list_empty(rows))
		return;
	puts(TALLY_TITLE);
	for (struct list *n = rows->next; n != rows; n = n->next) {
		char line[TALLY_LINE_SIZE];

		tally_line(list_owner(n, struct tally_row, node), second, line);
		puts(line);
	}
	if (tally_missed(t))
		log_warn("second %lld: %llu packets of further flows not counted",
		         (long long)second, (unsigned long long)tally_missed(t));
	tally_begin(t);
}

static int log_packets(struct replay *r, struct tally *t, struct fault *f)
{
	enum decode_result result;
	struct packet pkt;
	int64_t second = 0;
	int got;

	while ((got = replay_next(r, &result, &pkt, f)) > 0 && cmd_out_ok()) {
		if (pkt.time.us / MONO_SECOND != second)
			put_second(t, second);
		second = pkt.time.us / MONO_SECOND;
		if (result == DECODE_OK)
			tally_add(t, &pkt);
	}
	put_second(t, second);
	return got;
}

static int log_trace(const char *path, const struct tally_params *p)
{
	struct fault f;
	struct replay *r = replay_open(path, &f);
	struct tally *t = tally_new(p);
	int got, code = CMD_FAILED;

	if (r && t) {
		got = log_packets(r, t, &f);
		code = got < 0 ? cmd_broken(got, &f) : CMD_DONE;
	} else {
		log_error("%s", r ? "out of memory" : f.text);
	}
	tally_free(t);
	replay_free(r);
	return code;
}

int cmd_log(const struct options *o)
{
	struct tally_params p = {
		.max_flows = o->burst.max_flows,
		.mtu_bytes = o->burst.mtu_bytes,
		.lan = o->burst.lan,
	};
	struct names files = { 0 };
	int code;

	if (o->count == 0)
		return cmd_usage("log: no TRACE given");
	code = cmd_captures(o, &files);
	for (uint32_t i = 0; i < files.count && cmd_out_ok(); i++)
		if (log_trace(files.name[i], &p) != CMD_DONE)
			code = CMD_FAILED;
	names_clear(&files);
	return code;
}
