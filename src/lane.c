/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A turn: read and accept a batch, count it into flows and bursts, label what has ended.
 */
#include "lane.h"

#include <errno.h>
#include <stdlib.h>

#include "clerk.h"
#include "clock.h"
#include "desk.h"

#define TICK_MS     1000 /* the longest wait */
#define PATIENCE_MS 5000 /* for the receiver, at the very end only */

/* How long a turn works for, once packets have been accepted. */
#define WORK_US     100
#define ROWS_MS     1 /* rows of counters wait for, when nobody could take more */

/* Accepted packets are counted so many at a time, unless they have waited for so long:
 * what counting needs, code and data, comes into the cache once for all of them. */
#define HELD        32
#define HELD_US     1000

#define TELL_US     2000 /* between two times that news are told while packets come */

struct lane {
	struct lane_params p;
	struct lane_counters n;
	struct queue *queue;
	struct burst_tracker *tracker;
	struct outbox *outbox;
	struct clerk *clerk; /* or NULL */
	struct desk *desk;
	struct porter *porter;
	struct packet pkt[HELD + QUEUE_PACKETS]; /* accepted, not counted yet */
	size_t held, counted;   /* of those held, while others are to follow at once */
	struct mono held_since; /* the first of them was accepted */
	struct mono last;       /* packet's time */
	uint64_t losses;        /* that bursts were told of */
	struct mono asked;      /* when the kernel was asked last */
	struct mono told;       /* when news were told last */
};

void lane_free(struct lane *l)
{
	if (!l)
		return;
	queue_free(l->queue);
	burst_tracker_free(l->tracker);
	desk_free(l->desk);
	porter_free(l->porter);
	clerk_free(l->clerk);
	outbox_free(l->outbox);
	free(l);
}

/* Rows of counters begin anew with the MTU; memory short of them is no reason to stop. */
static void make_clerk(struct lane *l, uint32_t mtu_bytes)
{
	struct tally_params p = { .max_flows = l->p.burst.max_flows,
		                  .mtu_bytes = mtu_bytes,
		                  .lan = l->p.burst.lan,
		                  .secret = l->p.burst.secret };

	if (!l->p.counters)
		return;
	clerk_flush(l->clerk);
	clerk_free(l->clerk);
	l->clerk = clerk_new(&p, l->outbox);
}

struct lane *lane_new(const struct lane_params *p, const struct outbox_service *s,
                      struct fault *f)
{
	struct lane *l = calloc(1, sizeof(*l));

	if (!l)
		goto fail;
	l->p = *p;
	l->tracker = burst_tracker_new(&p->burst);
	l->outbox = outbox_new(&p->outbox, s);
	l->porter = porter_new(&p->burst.secret, p->outbox.bell_fd);
	if (!l->tracker || !l->outbox || !l->porter)
		goto fail;
	l->desk = desk_new(l->tracker, l->outbox);
	burst_set_early(l->tracker, &s->early);
	make_clerk(l, p->burst.mtu_bytes);
	if (!l->desk || (p->counters && !l->clerk))
		goto fail;
	l->queue = queue_new(&p->queue, f);
	if (l->queue) {
		l->held_since = l->last = queue_now(l->queue);
		return l;
	}
	lane_free(l);
	return NULL;

fail:
	fault_set(f, -ENOMEM, "worker %u: out of memory", p->outbox.index);
	lane_free(l);
	return NULL;
}

bool lane_has_work(const struct lane *l)
{
	return !desk_is_empty(l->desk) || l->counted > 0;
}

/* A burst of thousands of flows takes many turns: packets do not wait for labels, nor for
 * rows of counters. */
static void work_for_a_while(struct lane *l)
{
	struct mono until;

	if (!lane_has_work(l) && !clerk_has_rows(l->clerk))
		return;
	until = mono_add(clock_mono(), (struct mono){ WORK_US });
	while ((desk_work(l->desk) || clerk_work(l->clerk)) &&
	       mono_less(clock_mono(), until))
		;
}

static void advance(struct lane *l, struct mono now)
{
	burst_advance(l->tracker, now);
	desk_collect(l->desk);
	clerk_advance(l->clerk, now);
}

static void take_packet(struct lane *l, const struct packet *pkt)
{
	advance(l, pkt->time);
	clerk_packet(l->clerk, pkt);
	/* What waits to be labelled holds memory: when that is out, packets wait. */
	while (!burst_has_room(l->tracker) && desk_work(l->desk))
		;
	burst_packet(l->tracker, pkt);
	desk_collect(l->desk);
}

static void hold_packets(struct lane *l, int count)
{
	if (l->held == 0)
		l->held_since = queue_now(l->queue);
	for (int i = 0; i < count; i++) {
		const struct queue_packet *qp = queue_packet(l->queue, i);
		struct packet *pkt = &l->pkt[l->held];
		enum decode_result result = decode_ip(qp->data, qp->len, pkt);

		l->n.decoded[result]++;
		l->last = qp->time;
		if (result != DECODE_OK)
			continue;
		pkt->time = qp->time;
		pkt->in_if = qp->in_if;
		pkt->out_if = qp->out_if;
		l->held++;
	}
}

/* Of those that are held, all, or some: an early label takes longer than many packets, so
 * that the queue is looked at after it. */
static void count_packets(struct lane *l, bool all)
{
	const struct burst_counters *n = burst_counters(l->tracker);
	uint64_t due = n->due;

	while (l->counted < l->held) {
		struct packet *pkt = &l->pkt[l->counted];

		if (l->counted++ % BURST_AHEAD == 0)
			burst_look_ahead(l->tracker, pkt, l->held - l->counted + 1);
		take_packet(l, pkt);
		if (!all && n->due != due)
			return;
	}
	l->held = l->counted = 0;
	advance(l, l->last);
}

/* Only while packets follow each other do they wait for the next ones. */
static void take_packets(struct lane *l, int count, bool wait, bool all)
{
	struct mono held = mono_since(queue_now(l->queue), l->held_since);

	hold_packets(l, count);
	if (all || !wait || count == 0 || l->held >= HELD || held.us >= HELD_US)
		count_packets(l, all || l->held > HELD);
}

/* Once a second: what was dropped before it reached us only the kernel knows. */
static void ask_kernel(struct lane *l, struct mono now)
{
	if (mono_since(now, l->asked).us < MONO_SECOND)
		return;
	l->asked = now;
	(void)queue_ask_kernel(l->queue, &l->n.kernel); /* else the last answer stays */
}

/* true when packets were lost since the last turn. */
static bool tell_losses(struct lane *l)
{
	const struct queue_counters *q = queue_counters(l->queue);
	uint64_t losses = q->missed + q->full + q->overruns + q->bad_messages +
	                  l->n.kernel.queue_dropped + l->n.kernel.user_dropped;
	bool lost = losses != l->losses;

	if (lost)
		burst_lost(l->tracker);
	l->losses = losses;
	return lost;
}

/* Only while marks wait are packets looked at before they are accepted. */
static void mark_packets(struct lane *l, int count)
{
	for (int i = 0; i < count && porter_count(l->porter) > 0; i++) {
		const struct queue_packet *qp = queue_packet(l->queue, i);
		struct pending_mark m;
		struct packet pkt;

		if (decode_ip(qp->data, qp->len, &pkt) == DECODE_OK &&
		    porter_deliver(l->porter, &pkt, &m))
			queue_mark(l->queue, i, m.value, m.mask);
	}
}

/* While packets come, who writes labels is woken once in a while and not with each. */
static void tell_news(struct lane *l, int packets, struct mono now)
{
	if (packets > 0 && mono_since(now, l->told).us < TELL_US)
		return;
	l->told = now;
	outbox_tell(l->outbox);
}

int lane_turn(struct lane *l, bool wait)
{
	int n = queue_read(l->queue, wait);
	struct mono now = queue_now(l->queue);
	bool lost;

	porter_look(l->porter, now);
	if (n < 0)
		return n;
	mark_packets(l, n);
	queue_accept(l->queue);
	ask_kernel(l, now);
	lost = tell_losses(l);
	take_packets(l, n, wait, lost);
	if (lost)
		burst_lost(l->tracker); /* those that this read opened as well */
	/* Packets have the time at which they came: only without any it is now. */
	if (n == 0 && l->held == 0)
		advance(l, now);
	work_for_a_while(l);
	tell_news(l, n, now);
	return n;
}

/* Until a burst ends or a mark has waited long enough. */
static int64_t wait_us(const struct lane *l)
{
	const struct mono now = clock_mono();
	int64_t us = TICK_MS * 1000;
	struct mono at;

	if (burst_next_end(l->tracker, &at))
		us = mono_since(at, now).us;
	if (porter_next(l->porter, &at) && mono_since(at, now).us < us)
		us = mono_since(at, now).us;
	return us;
}

int lane_wait_ms(const struct lane *l)
{
	int64_t us;

	if (lane_has_work(l))
		return 0;
	if (clerk_has_rows(l->clerk))
		return ROWS_MS;
	us = wait_us(l);
	if (us >= TICK_MS * 1000)
		return TICK_MS;
	return us <= 0 ? 0 : (int)((us + 999) / 1000);
}

static void end_bursts(struct lane *l)
{
	count_packets(l, true);
	burst_end_all(l->tracker, BURST_FLUSH);
	desk_collect(l->desk);
	clerk_flush(l->clerk);
}

/* An open burst has one gap, MTU and set of features throughout. */
void lane_serve(struct lane *l, const struct outbox_service *s, struct labeller *labeller)
{
	const struct model *old = outbox_service(l->outbox)->model, *new = s->model;

	if (old->gap.us != new->gap.us || old->max.us != new->max.us ||
	    old->mtu_bytes != new->mtu_bytes || old->set != new->set) {
		end_bursts(l);
		burst_retune(l->tracker, new->gap, new->max, new->mtu_bytes);
		make_clerk(l, new->mtu_bytes);
	}
	burst_set_early(l->tracker, &s->early);
	desk_serve(l->desk, s, labeller);
}

bool lane_is_changing(const struct lane *l)
{
	return desk_is_changing(l->desk);
}

void lane_count(struct lane *l, struct lane_counters *c)
{
	count_packets(l, true);
	l->n.queue = *queue_counters(l->queue);
	l->n.burst = *burst_counters(l->tracker);
	l->n.outbox = outbox_counters(l->outbox);
	l->n.passed_over = desk_passed_over(l->desk);
	l->n.rows_missed = clerk_missed(l->clerk);
	l->n.flows_now = burst_flows_now(l->tracker);
	l->n.marks_now = porter_count(l->porter);
	l->n.open_now = burst_open_now(l->tracker);
	(void)queue_ask_kernel(l->queue, &l->n.kernel); /* else the last answer stays */
	*c = l->n;
}

/* Nothing comes after queue_close(): reading to the end gives every packet a verdict. */
int lane_finish(struct lane *l)
{
	int n = queue_close(l->queue);

	if (n < 0)
		return n;
	while ((n = lane_turn(l, false)) > 0)
		;
	outbox_be_patient(l->outbox, PATIENCE_MS);
	end_bursts(l);
	while (desk_work(l->desk))
		;
	porter_end(l->porter);
	return n;
}

int lane_fd(const struct lane *l)
{
	return queue_fd(l->queue);
}

struct labeller *lane_labeller(const struct lane *l, const struct outbox_service *s)
{
	return outbox_labeller(l->outbox, s);
}

bool lane_mark(struct lane *l, const struct pending_mark *m)
{
	return porter_give(l->porter, m);
}

bool lane_take_mark(struct lane *l, struct pending_mark *m)
{
	return porter_take_back(l->porter, m);
}

bool lane_take(struct lane *l, struct outbox_item *it)
{
	return outbox_take(l->outbox, it);
}
