/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "desk.h"

#include <stdlib.h>

#include "pool.h"

/* The smallest piece of work. */
#define FLOWS    8

/* Burst-flows that were due and wait: more make those before them be worked off. */
#define DUE_MOST 1024

enum job { JOB_BURST, JOB_DUE, JOB_CHANGE };

/* A burst-flow and its burst as they were when it was due. */
struct due_copy {
	struct event event;
	struct burst_flow flow;
	struct burst burst;
};

struct desk {
	struct burst_tracker *tracker;
	struct outbox *outbox;
	struct pool due;     /* struct due_copy */
	struct list jobs;    /* struct event */
	struct burst *burst; /* that is being labelled, or NULL */
	bool is_told;        /* and now is being released */
	struct event change; /* to what follows, when there is a labeller */
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
	if (pool_init(&d->due, DUE_MOST, sizeof(struct due_copy)))
		return d;
	desk_free(d);
	return NULL;
}

void desk_free(struct desk *d)
{
	if (!d)
		return;
	labeller_free(d->labeller);
	pool_clear(&d->due);
	free(d);
}

bool desk_is_empty(const struct desk *d)
{
	return !d->burst && list_empty(&d->jobs);
}

static void change(struct desk *d)
{
	outbox_serve(d->outbox, &d->next, d->labeller);
	d->labeller = NULL;
}

static void put_due(struct desk *d, struct event *e)
{
	struct due_copy *copy = list_owner(e, struct due_copy, event);

	outbox_put_early(d->outbox, &copy->flow);
	pool_put(&d->due, copy);
}

static void begin(struct desk *d, struct event *e)
{
	d->burst = list_owner(e, struct burst, event);
	d->is_told = false;
	outbox_begin(d->outbox, d->burst);
}

static bool take_job(struct desk *d)
{
	struct event *e;

	if ((e = event_take(&d->jobs, JOB_BURST)))
		begin(d, e);
	else if ((e = event_take(&d->jobs, JOB_DUE)))
		put_due(d, e);
	else if ((e = event_take(&d->jobs, JOB_CHANGE)))
		change(d);
	return e;
}

bool desk_work(struct desk *d)
{
	if (!d->burst)
		return take_job(d);
	if (!d->is_told)
		d->is_told = !outbox_go_on(d->outbox, FLOWS);
	else if (burst_release_some(d->tracker, d->burst, FLOWS))
		d->burst = NULL;
	return true;
}

/* It goes on while it waits, so it is its copy that waits. */
static void collect_due(struct desk *d, const struct burst_flow *bf)
{
	struct due_copy *copy;

	if (desk_is_empty(d)) {
		outbox_put_early(d->outbox, bf);
		return;
	}
	while (!(copy = pool_get(&d->due)))
		(void)desk_work(d); /* there is some, or the pool would be full */
	copy->flow = *bf;
	copy->burst = *bf->burst;
	copy->flow.burst = &copy->burst;
	event_put(&d->jobs, &copy->event, JOB_DUE);
}

void desk_collect(struct desk *d)
{
	const struct burst_flow *due;
	struct burst *b = NULL;

	while ((due = burst_take_due(d->tracker)) || (b = burst_take(d->tracker))) {
		if (due)
			collect_due(d, due);
		else
			event_put(&d->jobs, &b->event, JOB_BURST);
	}
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
