/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outbox.h"

#include <stdlib.h>
#include <time.h>

#include "bell.h"
#include "clock.h"
#include "ring.h"

#define ITEMS       8192
/* Rows come by the thousand, and labels do not only get logged: marks hang on them. */
#define LABELS_ONLY (ITEMS / 2)

struct outbox {
	struct outbox_params p;
	struct outbox_service service;
	struct labeller *labeller;
	struct ring *ring;
	struct outbox_counters n;
	/* The burst at hand; label is NULL as long as it is not labelled. */
	const struct burst *burst;
	struct burst_flow *next;
	const struct label *label;
	unsigned patience_ms;
	bool has_news;
};

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	ring_free(o->ring);
	labeller_free(o->labeller);
	free(o);
}

struct outbox *outbox_new(const struct outbox_params *p, const struct outbox_service *s)
{
	struct outbox *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->p = *p;
	o->service = *s;
	o->labeller = outbox_labeller(o, s);
	o->ring = ring_new(ITEMS, sizeof(struct outbox_item));
	if (!o->labeller || !o->ring) {
		outbox_free(o);
		return NULL;
	}
	return o;
}

struct labeller *outbox_labeller(const struct outbox *o, const struct outbox_service *s)
{
	return labeller_new(&(struct labeller_params){
		.model = s->model,
		.max_burst_flows = o->p.most_flows,
		.alone = s->alone,
		.secret = o->p.secret,
	});
}

void outbox_serve(struct outbox *o, const struct outbox_service *s, struct labeller *l)
{
	labeller_free(o->labeller);
	o->labeller = l;
	o->service = *s;
}

const struct outbox_service *outbox_service(const struct outbox *o)
{
	return &o->service;
}

static void wait_for_room(struct outbox *o)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	while (o->patience_ms > 0 && ring_room(o->ring) == 0) {
		ring_show(o->ring);
		bell_ring(o->p.bell_fd);
		(void)nanosleep(&ms, NULL); /* shorter is as good */
		o->patience_ms--;
	}
}

static void put(struct outbox *o, const struct outbox_item *it)
{
	wait_for_room(o);
	(void)ring_put(o->ring, it); /* it counts what it drops */
}

static void put_record(struct outbox *o, const struct burst_flow *bf,
                       const struct label *l)
{
	struct outbox_item it = { .kind = OUTBOX_LABEL };
	int64_t epoch_us = clock_epoch_us() - clock_mono().us;

	record_fill(&it.label.record, o->service.model, bf, l, epoch_us);
	if (!l->provisional)
		it.label.record.burst =
			(bf->burst->number - 1) * o->p.workers + o->p.index + 1;
	it.label.in_if = bf->in_if;
	it.label.out_if = bf->out_if;
	it.label.last = l->provisional || !burst_flow_at(bf->burst, bf->node.next);
	*(l->provisional ? &o->n.early : &o->n.labels) += 1;
	put(o, &it);
}

void outbox_begin(struct outbox *o, const struct burst *b)
{
	o->burst = b;
	o->next = burst_flow_at(b, b->flows.next);
	o->label = NULL;
	labeller_begin(o->labeller, b);
}

static void show(struct outbox *o)
{
	ring_show(o->ring);
	o->has_news = true;
}

/* true as long as there are more. */
static bool put_some(struct outbox *o, uint32_t flows)
{
	for (; o->next && flows > 0; flows--) {
		struct label named = *o->label++;

		if (!o->service.unknown)
			named.reason = LABEL_KNOWN;
		put_record(o, o->next, &named);
		o->next = burst_flow_at(o->burst, o->next->node.next);
	}
	if (!o->next)
		show(o);
	return o->next;
}

bool outbox_go_on(struct outbox *o, uint32_t flows)
{
	if (o->label)
		return put_some(o, flows);
	o->label = labeller_go_on(o->labeller, flows);
	return true;
}

void outbox_put_early(struct outbox *o, const struct burst_flow *bf)
{
	struct label l = labeller_early(o->labeller, bf);

	put_record(o, bf, &l);
	show(o);
}

/* A burst's lines follow each other, nothing else between them. */
bool outbox_takes_rows(const struct outbox *o)
{
	return o->patience_ms > 0 || ring_room(o->ring) > LABELS_ONLY;
}

void outbox_put_row(struct outbox *o, const struct tally_row *row, int64_t second)
{
	struct outbox_item it = { .kind = OUTBOX_ROW,
		                  .row = { .row = *row, .second = second } };

	if (o->label && o->next)
		(void)put_some(o, UINT32_MAX); /* which is all */
	if (outbox_takes_rows(o))
		put(o, &it);
	else
		o->n.dropped++;
	show(o);
}

void outbox_be_patient(struct outbox *o, unsigned most_ms)
{
	o->patience_ms = most_ms;
}

void outbox_tell(struct outbox *o)
{
	if (o->has_news)
		bell_ring(o->p.bell_fd);
	o->has_news = false;
}

struct outbox_counters outbox_counters(const struct outbox *o)
{
	struct outbox_counters n = o->n;

	n.dropped += ring_dropped(o->ring);
	return n;
}

bool outbox_take(struct outbox *o, struct outbox_item *it)
{
	return ring_get(o->ring, it);
}
