/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "line.h"

static void put_json(struct line *l, const char *key, const char *value)
{
	line_put(l, ",\"%s\":\"", key);
	line_escaped(l, value, ESCAPE_JSON);
	line_put(l, "\"");
}

static void put_kv(struct line *l, const char *key, const char *value)
{
	bool bare = escape_is_bare(value);

	line_put(l, bare ? " %s=" : " %s=\"", key);
	line_escaped(l, value, ESCAPE_KV);
	line_put(l, bare ? "" : "\"");
}

static const struct {
	unsigned flag;
	const char *name;
} flag_names[] = {
	{ BURST_CUT, "cut" },
	{ BURST_EARLY, "early" },
	{ BURST_LOSS, "loss" },
};

static void put_flags(struct line *l, unsigned flags, const char *quote)
{
	const char *between = "";

	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if (!(flags & flag_names[i].flag))
			continue;
		line_put(l, "%s%s%s%s", between, quote, flag_names[i].name, quote);
		between = ",";
	}
}

static void put_seed(struct line *l, const struct record *r)
{
	char client[ADDR_TEXT_SIZE], server[ADDR_TEXT_SIZE];

	line_put(l, "<%" PRId64 ".%06" PRId64 "> <%s> <%u> <%s> <%u> <%s>",
	         r->last_us / MONO_SECOND, r->last_us % MONO_SECOND,
	         addr_text(r->ends.client, client), r->ends.client_port,
	         addr_text(r->ends.server, server), r->ends.server_port,
	         proto_name(r->ends.proto));
	line_put(l, " <%" PRIu64 "> <%" PRIu64 "> <%" PRIu64 "> <%" PRIu64 "> <",
	         r->pkts[BURST_SENT], r->pkts[BURST_RCVD], r->bytes[BURST_SENT],
	         r->bytes[BURST_RCVD]);
	line_escaped(l, r->label, ESCAPE_ANGLE);
	line_put(l, r->blocked ? "> BLOCKED" : ">");
}

static void put_end(struct line *l, const char *key, struct addr a, unsigned port)
{
	char text[ADDR_TEXT_SIZE];

	line_put(l, addr_is_v4(a) ? " %s=%s:%u" : " %s=[%s]:%u", key, addr_text(a, text),
	         port);
}

static void put_kv_line(struct line *l, const struct record *r)
{
	line_put(l, "burst=%" PRIu64, r->burst);
	put_end(l, "client", r->ends.client, r->ends.client_port);
	put_end(l, "server", r->ends.server, r->ends.server_port);
	line_put(l, " proto=%s sent=%" PRIu64 "/%" PRIu64 " rcvd=%" PRIu64 "/%" PRIu64,
	         proto_name(r->ends.proto), r->pkts[BURST_SENT], r->bytes[BURST_SENT],
	         r->pkts[BURST_RCVD], r->bytes[BURST_RCVD]);
	put_kv(l, "label", r->label);
	line_put(l, " confidence=%.3f mark=0x%x", (double)r->confidence, r->mark);
	put_kv(l, "in", *r->in ? r->in : "-");
	put_kv(l, "out", *r->out ? r->out : "-");
	if (*r->reason)
		put_kv(l, "reason", r->reason);
	if (r->provisional)
		line_put(l, " provisional=yes");
	if (r->burst_flags & ~(unsigned)BURST_FLUSH) { /* how all captures end */
		line_put(l, " flags=");
		put_flags(l, r->burst_flags, "");
	}
	if (r->blocked)
		line_put(l, " BLOCKED");
}

static void put_json_line(struct line *l, const struct record *r)
{
	char text[ADDR_TEXT_SIZE];

	line_put(l, "{\"burst\":%" PRIu64, r->burst);
	put_json(l, "client", addr_text(r->ends.client, text));
	line_put(l, ",\"client_port\":%u", r->ends.client_port);
	put_json(l, "server", addr_text(r->ends.server, text));
	line_put(l, ",\"server_port\":%u,\"proto\":\"%s\"", r->ends.server_port,
	         proto_name(r->ends.proto));
	line_put(l,
	         ",\"first\":%" PRId64 ".%06" PRId64 ",\"last\":%" PRId64 ".%06" PRId64,
	         r->first_us / MONO_SECOND, r->first_us % MONO_SECOND,
	         r->last_us / MONO_SECOND, r->last_us % MONO_SECOND);
	line_put(l,
	         ",\"pkts_sent\":%" PRIu64 ",\"pkts_rcvd\":%" PRIu64
	         ",\"bytes_sent\":%" PRIu64 ",\"bytes_rcvd\":%" PRIu64,
	         r->pkts[BURST_SENT], r->pkts[BURST_RCVD], r->bytes[BURST_SENT],
	         r->bytes[BURST_RCVD]);
	put_json(l, "label", r->label);
	line_put(l, ",\"confidence\":%.3f", (double)r->confidence);
	put_json(l, "reason", r->reason);
	line_put(l, ",\"provisional\":%s", r->provisional ? "true" : "false");
	line_put(l, ",\"mark\":%u", r->mark);
	put_json(l, "in", r->in);
	put_json(l, "out", r->out);
	line_put(l, ",\"flags\":[");
	put_flags(l, r->burst_flags, "\"");
	line_put(l, r->blocked ? "],\"blocked\":true}" : "]}");
}

static const char *const format_names[] = {
	[RECORD_SEED] = "seed",
	[RECORD_KV] = "kv",
	[RECORD_JSON] = "json",
};

bool record_format_find(const char *name, enum record_format *format)
{
	for (unsigned i = 0; i < sizeof(format_names) / sizeof(format_names[0]); i++) {
		if (strcmp(format_names[i], name) == 0) {
			*format = (enum record_format)i;
			return true;
		}
	}
	return false;
}

void record_fill(struct record *r, const struct model *m, const struct burst_flow *bf,
                 const struct label *l, int64_t epoch_us)
{
	bool over = !l->provisional;

	/* A capture may show the end of a burst in the same step that makes one of its
	 * flows due; the daemon did not know it then. */
	*r = (struct record){
		.burst = over ? bf->burst->number : 0,
		.burst_flags = bf->burst->flags & (over ? ~0U : (unsigned)BURST_LOSS),
		.provisional = l->provisional,
		.ends = bf->ends,
		.first_us = bf->first.us + epoch_us,
		.last_us = bf->last.us + epoch_us,
		.pkts = { bf->pkts[BURST_SENT], bf->pkts[BURST_RCVD] },
		.bytes = { bf->bytes[BURST_SENT], bf->bytes[BURST_RCVD] },
		.confidence = l->confidence,
	};
	(void)snprintf(r->label, sizeof(r->label), "%s", label_name(m, l));
	(void)snprintf(r->reason, sizeof(r->reason), "%s", label_reason_name(l->reason));
}

void record_line(const struct record *r, enum record_format format,
                 char buf[static RECORD_LINE_SIZE])
{
	struct line l = line_in(buf, RECORD_LINE_SIZE);

	switch (format) {
	case RECORD_SEED:
		put_seed(&l, r);
		break;
	case RECORD_KV:
		put_kv_line(&l, r);
		break;
	case RECORD_JSON:
		put_json_line(&l, r);
		break;
	}
}
