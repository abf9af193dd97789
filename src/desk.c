/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "desk.h"

#include <stdlib.h>

/* The smallest piece of work. */
#define FLOWS       8

/* What may still wait to be labelled when something is due: labels of half a
 * millisecond. */
#define EARLY_FLOWS 64

enum job { JOB_BURST, JOB_CHANGE };

struct desk {
	struct burst_tracker *tracker;
	struct outbox *outbox;
	struct list jobs;    /* struct event */
	struct burst *burst; /* that is being labelled, or NULL */
	bool is_told;        /* and now is being released */
	struct event change; /* to what follows, when there is a labeller */
	uint64_t waiting;    /* flows of the bursts that are not told yet */
	uint64_t passed_over;
	struct outbox_service next;
	struct labeller *labeller;
};

struct desk *desk_new(struct burst_tracker *t, struct outbox *o)
{
	struct desk *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->tracker = t;
	d->outbox = o;
	list_init(&d->jobs);
	return d;
}

void desk_free(struct desk *d)
{
	if (!d)
		return;
	labeller_free(d->labeller);
	free(d);
}

static void label_early(struct desk *d, const struct burst_flow *due)
{
	if (d->waiting > EARLY_FLOWS) {
		d->passed_over++;
		return;
	}
	while (desk_work(d))
		;
	outbox_put_early(d->outbox, due);
}

void desk_collect(struct desk *d)
{
	const struct burst_flow *due;
	struct burst *b = NULL;

	while ((due = burst_take_due(d->tracker)) || (b = burst_take(d->tracker))) {
		if (due) {
			label_early(d, due);
			continue;
		}
		d->waiting += b->flow_count;
		event_put(&d->jobs, &b->event, JOB_BURST);
	}
}

uint64_t desk_passed_over(const struct desk *d)
{
	return d->passed_over;
}

static void begin(struct desk *d)
{
	struct event *e;

	if (event_take(&d->jobs, JOB_CHANGE)) {
		outbox_serve(d->outbox, &d->next, d->labeller);
		d->labeller = NULL;
	}
	e = event_take(&d->jobs, JOB_BURST);
	if (!e)
		return;
	d->burst = list_owner(e, struct burst, event);
	d->is_told = false;
	outbox_begin(d->outbox, d->burst);
}

bool desk_work(struct desk *d)
{
	if (!d->burst)
		begin(d);
	if (!d->burst)
		return false;
	if (!d->is_told) {
		d->is_told = !outbox_go_on(d->outbox, FLOWS);
		d->waiting -= d->is_told ? d->burst->flow_count : 0;
	} else if (burst_release_some(d->tracker, d->burst, FLOWS)) {
		d->burst = NULL;
	}
	return true;
}

bool desk_is_empty(const struct desk *d)
{
	return !d->burst && list_empty(&d->jobs);
}

void desk_serve(struct desk *d, const struct outbox_service *s, struct labeller *l)
{
	d->next = *s;
	d->labeller = l;
	event_put(&d->jobs, &d->change, JOB_CHANGE);
}

bool desk_is_changing(const struct desk *d)
{
	return d->labeller;
}
