/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "line.h"
#include "log.h"

/* Room for what is put together of many words. */
#define LINE_SIZE 900

static void log_queue(const char *who, const struct lane_counters *c)
{
	log_info("%s packets=%" PRIu64 " verdicts=%" PRIu64 " queued=%" PRIu32
	         " waiting=%" PRIu32 " queue_dropped=%" PRIu32 " user_dropped=%" PRIu32
	         " missed=%" PRIu64 " full=%" PRIu64 " early=%" PRIu64
	         " verdict_errors=%" PRIu64 " bad_messages=%" PRIu64 " overruns=%" PRIu64
	         " reads=%" PRIu64 " stamped=%" PRIu64,
	         who, c->queue.packets, c->queue.verdicts, c->kernel.queued,
	         c->kernel.waiting, c->kernel.queue_dropped, c->kernel.user_dropped,
	         c->queue.missed, c->queue.full, c->queue.early, c->queue.verdict_errors,
	         c->queue.bad_messages, c->queue.overruns, c->queue.reads,
	         c->queue.stamped);
}

static void log_decoded(const char *who, const struct lane_counters *c)
{
	char text[LINE_SIZE];
	struct line l = line_in(text, sizeof(text));

	for (unsigned r = 0; r < DECODE_RESULTS; r++)
		line_put(&l, " %s=%" PRIu64, decode_name((enum decode_result)r),
		         c->decoded[r]);
	log_info("%s decoded%s", who, text);
}

static void log_bursts(const char *who, const struct lane_counters *c)
{
	const struct burst_counters *b = &c->burst;

	log_info("%s bytes=%" PRIu64 " superpackets_tcp=%" PRIu64
	         " superpackets_udp=%" PRIu64 " flows=%" PRIu64 " flows_now=%" PRIu32
	         " flows_expired=%" PRIu64 " flows_evicted=%" PRIu64 " bursts=%" PRIu64
	         " bursts_now=%" PRIu32 " bursts_cut=%" PRIu64 " bursts_early=%" PRIu64
	         " burst_flows=%" PRIu64 " labels=%" PRIu64 " labels_early=%" PRIu64
	         " passed_over=%" PRIu64 " labels_dropped=%" PRIu64
	         " rows_missed=%" PRIu64,
	         who, b->bytes, b->superpackets_tcp, b->superpackets_udp, b->flows,
	         c->flows_now, b->flows_expired, b->flows_evicted, b->bursts, c->open_now,
	         b->bursts_cut, b->bursts_early, b->burst_flows, c->outbox.labels,
	         c->outbox.early, c->passed_over, c->outbox.dropped, c->rows_missed);
}

void status_worker(unsigned first, unsigned index, const struct lane_counters *c)
{
	char who[32];

	(void)snprintf(who, sizeof(who), "queue=%u", first + index);
	log_queue(who, c);
	log_decoded(who, c);
	log_bursts(who, c);
}

void status_add(struct lane_counters *sum, const struct lane_counters *c)
{
	sum->queue.packets += c->queue.packets;
	sum->queue.verdicts += c->queue.verdicts;
	sum->queue.early += c->queue.early;
	sum->queue.missed += c->queue.missed;
	sum->queue.full += c->queue.full;
	sum->queue.reads += c->queue.reads;
	sum->queue.stamped += c->queue.stamped;
	sum->queue.marked += c->queue.marked;
	sum->queue.bad_messages += c->queue.bad_messages;
	sum->queue.verdict_errors += c->queue.verdict_errors;
	sum->queue.overruns += c->queue.overruns;
	sum->kernel.queued += c->kernel.queued;
	sum->kernel.waiting += c->kernel.waiting;
	sum->kernel.queue_dropped += c->kernel.queue_dropped;
	sum->kernel.user_dropped += c->kernel.user_dropped;
	for (unsigned r = 0; r < DECODE_RESULTS; r++)
		sum->decoded[r] += c->decoded[r];
	sum->burst.bytes += c->burst.bytes;
	sum->burst.superpackets_tcp += c->burst.superpackets_tcp;
	sum->burst.superpackets_udp += c->burst.superpackets_udp;
	sum->burst.flows += c->burst.flows;
	sum->burst.flows_expired += c->burst.flows_expired;
	sum->burst.flows_evicted += c->burst.flows_evicted;
	sum->burst.bursts += c->burst.bursts;
	sum->burst.bursts_cut += c->burst.bursts_cut;
	sum->burst.bursts_early += c->burst.bursts_early;
	sum->burst.burst_flows += c->burst.burst_flows;
	sum->outbox.labels += c->outbox.labels;
	sum->outbox.early += c->outbox.early;
	sum->passed_over += c->passed_over;
	sum->outbox.dropped += c->outbox.dropped;
	sum->rows_missed += c->rows_missed;
	sum->flows_now += c->flows_now;
	sum->marks_now += c->marks_now;
	sum->open_now += c->open_now;
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
	if (s->failed > 0)
		log_info("labels lost_to_file=%" PRIu64, s->failed);
}

void status_total(const struct lane_counters *sum, const struct sink *s)
{
	log_queue("total", sum);
	log_decoded("total", sum);
	log_bursts("total", sum);
	log_labels(s);
}

void status_marks(const struct lane_counters *sum, const struct marker_counters *n)
{
	log_info("marks labels=%" PRIu64 " carried=%" PRIu64 "/%" PRIu64
	         " waiting=%" PRIu32 " set=%" PRIu64 " gone=%" PRIu64 " failed=%" PRIu64
	         " changes=%" PRIu64,
	         n->labels, sum->queue.marked, n->carried, sum->marks_now, n->set,
	         n->gone, n->failed, n->changes);
}

void status_skip(const struct skip_counters *n, uint32_t outside)
{
	log_info("total skip_now=%" PRIu32 " skip_begun=%" PRIu64
	         " skip_returned=%" PRIu64 " skip_ended=%" PRIu64 " skip_lost=%" PRIu64
	         " skip_full=%" PRIu64 " skip_uncounted=%" PRIu64 " skip_packets=%" PRIu64
	         " skip_bytes=%" PRIu64,
	         outside, n->begun, n->returned, n->ended, n->lost, n->full, n->uncounted,
	         n->packets, n->bytes);
}
