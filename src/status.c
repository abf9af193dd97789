/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status.h"

#include <inttypes.h>
#include <stdio.h>

#include "line.h"
#include "log.h"

/* Room for what is put together of many words. */
#define LINE_SIZE 1000

struct row {
	const char *name;
	size_t at;
	bool wide; /* a uint64_t, else a uint32_t */
	const char *loss;
};

#define AT(member)                                                                       \
	offsetof(struct status_counters, member),                                        \
		sizeof(((struct status_counters *)NULL)->member) == sizeof(uint64_t)

static const struct row queue_rows[] = {
	{ "packets", AT(lane.queue.packets), NULL },
	{ "verdicts", AT(lane.queue.verdicts), NULL },
	{ "queued", AT(lane.kernel.queued), NULL },
	{ "waiting", AT(lane.kernel.waiting), NULL },
	{ "queue_dropped", AT(lane.kernel.queue_dropped),
	  "packets dropped: the queue was full" },
	{ "user_dropped", AT(lane.kernel.user_dropped),
	  "packets dropped: the socket's buffer was full" },
	{ "missed", AT(lane.queue.missed), "queued packets that never came here" },
	{ "full", AT(lane.queue.full), "times that a queue may have been full" },
	{ "early", AT(lane.queue.early), "packets from before the queue was set up" },
	{ "verdict_errors", AT(lane.queue.verdict_errors),
	  "verdicts that the kernel did not take" },
	{ "bad_messages", AT(lane.queue.bad_messages),
	  "messages of the kernel that made no sense" },
	{ "overruns", AT(lane.queue.overruns), "times that the kernel told of a loss" },
	{ "reads", AT(lane.queue.reads), NULL },
	{ "stamped", AT(lane.queue.stamped), NULL },
	{ NULL, 0, false, NULL },
};

static const struct row burst_rows[] = {
	{ "bytes", AT(lane.burst.bytes), NULL },
	{ "superpackets_tcp", AT(lane.burst.superpackets_tcp), NULL },
	{ "superpackets_udp", AT(lane.burst.superpackets_udp), NULL },
	{ "flows", AT(lane.burst.flows), NULL },
	{ "flows_now", AT(lane.flows_now), NULL },
	{ "flows_expired", AT(lane.burst.flows_expired), NULL },
	{ "flows_evicted", AT(lane.burst.flows_evicted),
	  "flows forgotten early: the table was full" },
	{ "bursts", AT(lane.burst.bursts), NULL },
	{ "bursts_now", AT(lane.open_now), NULL },
	{ "bursts_cut", AT(lane.burst.bursts_cut), NULL },
	{ "bursts_early", AT(lane.burst.bursts_early),
	  "bursts ended early: a table was full" },
	{ "burst_flows", AT(lane.burst.burst_flows), NULL },
	{ "labels", AT(lane.outbox.labels), NULL },
	{ "labels_early", AT(lane.outbox.early), NULL },
	{ "passed_over", AT(lane.passed_over),
	  "provisional labels left out: too much waited" },
	{ "labels_dropped", AT(lane.outbox.dropped),
	  "labels dropped: syslog or the disk was too slow" },
	{ "rows_missed", AT(lane.rows_missed),
	  "packets in no row of counters: too many flows" },
	{ NULL, 0, false, NULL },
};

static const struct row mark_rows[] = {
	{ "labels", AT(marks.labels), NULL },
	{ "handed_over", AT(marks.carried), NULL },
	{ "carried", AT(lane.queue.marked), NULL },
	{ "waiting", AT(lane.marks_now), NULL },
	{ "set", AT(marks.set), NULL },
	{ "gone", AT(marks.gone), NULL },
	{ "failed", AT(marks.failed), "connections that could not be marked" },
	{ "changes", AT(marks.changes), NULL },
	{ NULL, 0, false, NULL },
};

static const struct row skip_rows[] = {
	{ "skip_now", AT(skip_now), NULL },
	{ "skip_begun", AT(skip.begun), NULL },
	{ "skip_returned", AT(skip.returned), NULL },
	{ "skip_ended", AT(skip.ended), NULL },
	{ "skip_lost", AT(skip.lost), NULL },
	{ "skip_full", AT(skip.full), NULL },
	{ "skip_uncounted", AT(skip.uncounted),
	  "connections outside uncounted: nf_conntrack_acct was off" },
	{ "skip_packets", AT(skip.packets), NULL },
	{ "skip_bytes", AT(skip.bytes), NULL },
	{ NULL, 0, false, NULL },
};

static const struct row file_rows[] = {
	{ "lost_to_file", AT(lost_to_file), "lines that the log file did not take" },
	{ NULL, 0, false, NULL },
};

/* The i-th of a group; its name is NULL when there is none. */
static struct row row_of(enum status_group g, unsigned i)
{
	static const struct row *const rows[STATUS_GROUPS] = {
		[STATUS_QUEUE] = queue_rows, [STATUS_BURSTS] = burst_rows,
		[STATUS_MARKS] = mark_rows,  [STATUS_SKIP] = skip_rows,
		[STATUS_FILE] = file_rows,
	};
	const size_t decoded = offsetof(struct status_counters, lane.decoded);

	if (g != STATUS_DECODED)
		return rows[g][i];
	if (i >= DECODE_RESULTS)
		return (struct row){ .name = NULL };
	return (struct row){ .name = decode_name((enum decode_result)i),
		             .at = decoded + i * sizeof(uint64_t),
		             .wide = true };
}

static uint64_t value_of(const struct row *r, const struct status_counters *n)
{
	const void *slot = (const char *)n + r->at;

	return r->wide ? *(const uint64_t *)slot : *(const uint32_t *)slot;
}

bool status_counter(enum status_group g, unsigned i, const struct status_counters *n,
                    struct status_counter *c)
{
	struct row r = row_of(g, i);

	if (!r.name)
		return false;
	*c = (struct status_counter){ r.name, value_of(&r, n), r.loss };
	return true;
}

static void add(const struct row *r, const struct status_counters *n,
                struct status_counters *sum)
{
	void *slot = (char *)sum + r->at;

	if (r->wide)
		*(uint64_t *)slot += value_of(r, n);
	else
		*(uint32_t *)slot += (uint32_t)value_of(r, n);
}

/* What a queue's counters do not have is 0 in them. */
void status_sum(struct status *s, const struct sink *sink)
{
	struct row r;

	for (unsigned q = 0; q < s->queues; q++)
		for (int g = 0; g < STATUS_GROUPS; g++)
			for (unsigned i = 0; (r = row_of((enum status_group)g, i)).name;
			     i++)
				add(&r, &s->queue[q].n, &s->total);
	for (int g = STATUS_QUEUE; g <= STATUS_BURSTS; g++)
		s->told[g] = true;
	s->total.lost_to_file = sink->failed;
	s->told[STATUS_FILE] = sink->failed > 0;
}

static void log_group(const char *who, enum status_group g,
                      const struct status_counters *n)
{
	char text[LINE_SIZE];
	struct line l = line_in(text, sizeof(text));
	struct status_counter c;

	for (unsigned i = 0; status_counter(g, i, n, &c); i++)
		line_put(&l, " %s=%" PRIu64, c.name, c.value);
	log_info("%s%s%s", who, g == STATUS_DECODED ? " decoded" : "", text);
}

static void log_queue(const struct status *s, unsigned q)
{
	char who[32];

	if (!s->queue[q].answers) {
		log_warn("worker %u does not answer", q);
		return;
	}
	(void)snprintf(who, sizeof(who), "queue=%u", s->first_queue + q);
	for (int g = STATUS_QUEUE; g <= STATUS_BURSTS; g++)
		log_group(who, (enum status_group)g, &s->queue[q].n);
}

static void put_label(struct line *l, const char *name, uint64_t count)
{
	line_put(l, " \"");
	line_escaped(l, name, ESCAPE_KV);
	line_put(l, "\"=%" PRIu64, count);
}

static void log_labels(const struct sink *s)
{
	char text[LINE_SIZE];
	struct line l = line_in(text, sizeof(text));

	for (uint32_t i = 0; i < s->labels.count; i++) {
		put_label(&l, s->labels.name[i], s->label_count[i]);
		if (l.len > sizeof(text) - 300) {
			log_info("labels%s", text);
			l = line_in(text, sizeof(text));
		}
	}
	if (l.len > 0)
		log_info("labels%s", text);
}

void status_log(const struct status *s, const struct sink *sink)
{
	static const char *const who[STATUS_GROUPS] = {
		[STATUS_QUEUE] = "total",  [STATUS_DECODED] = "total",
		[STATUS_BURSTS] = "total", [STATUS_MARKS] = "marks",
		[STATUS_SKIP] = "total",   [STATUS_FILE] = "labels",
	};

	for (unsigned q = 0; q < s->queues; q++)
		log_queue(s, q);
	for (int g = 0; g < STATUS_GROUPS; g++) {
		if (g == STATUS_MARKS)
			log_labels(sink);
		if (s->told[g])
			log_group(who[g], (enum status_group)g, &s->total);
	}
}
