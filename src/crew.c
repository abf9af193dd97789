/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crew.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include "bell.h"
#include "log.h"

#define MOST_HELD  (1U << 24)
#define MOST_ITEMS 1024 /* of one worker, written at a time */

static struct outbox_service service_of(const struct settings *s)
{
	return (struct outbox_service){
		.model = &s->model,
		.unknown = s->conf.label.unknown,
		.alone = s->conf.label.alone,
		.early = { s->conf.label.early_packets, mono_ms(s->conf.label.early_ms) },
	};
}

static struct burst_params burst_params_of(const struct settings *s)
{
	struct burst_params p = burst_defaults();

	p.gap = s->model.gap;
	p.max = s->model.max;
	p.mtu_bytes = s->model.mtu_bytes;
	p.max_flows = s->conf.flow.max;
	p.max_clients = s->conf.flow.clients;
	p.max_burst_flows = s->conf.flow.per_burst;
	p.flow_timeout = mono_ms((int64_t)s->conf.flow.timeout_s * 1000);
	p.lan = s->conf.lan;
	return p;
}

static struct lane_params lane_params_of(const struct crew *c, const struct settings *s,
                                         unsigned index)
{
	const struct conf *conf = &s->conf;

	return (struct lane_params){
		.queue = { .number = (uint16_t)(conf->queue.first + index),
		           .length = conf->queue.length,
		           .copy_bytes = conf->queue.copy_bytes,
		           .buffer_bytes = conf->queue.buffer_bytes,
		           .fail_open = conf->queue.fail_open },
		.burst = burst_params_of(s),
		.outbox = { .most_flows = conf->flow.per_burst,
		            .index = index,
		            .workers = conf->queue.workers,
		            .bell_fd = c->bell_fd },
		.counters = conf->log.counters,
	};
}

/* Without marks there are no rules that would let anything pass the queue. */
static struct bypass_params bypass_params_of(const struct settings *s)
{
	const struct conf *c = &s->conf;

	return (struct bypass_params){
		.bit = c->plan.skip_bit,
		.mask = c->plan.mask,
		.bursts = c->plan.enabled ? c->queue.skip_labelled : 0,
		.stay = mono_ms((int64_t)c->queue.resample_s * 1000),
		.counters = c->log.counters,
	};
}

/* Marks are remembered of as many flows as all workers know, within reason. */
static uint32_t held_flows(const struct conf *c)
{
	uint64_t flows = (uint64_t)c->flow.max * c->queue.workers;

	return flows < MOST_HELD ? (uint32_t)flows : MOST_HELD;
}

int crew_make(struct crew *c, const struct settings *s, struct fault *f)
{
	struct outbox_service service = service_of(s);
	struct bypass_params p = bypass_params_of(s);

	*c = (struct crew){ .first_queue = s->conf.queue.first };
	c->marker = marker_new(&s->conf.plan, held_flows(&s->conf));
	c->bypass = bypass_new(&p, s->conf.flow.max);
	if (!c->marker || !c->bypass)
		return fault_set(f, -ENOMEM, "out of memory");
	c->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->bell_fd < 0)
		return fault_set(f, -errno, "eventfd: %s", strerror(errno));
	for (; c->made < s->conf.queue.workers; c->made++) {
		struct lane_params lane = lane_params_of(c, s, c->made);

		if (getrandom(&lane.burst.secret, sizeof(lane.burst.secret), 0) < 0)
			return fault_set(f, -errno, "getrandom: %s", strerror(errno));
		lane.outbox.secret = lane.burst.secret;
		c->worker[c->made] = worker_new(&lane, &service, f);
		if (!c->worker[c->made])
			return -EIO;
	}
	return 0;
}

int crew_start(struct crew *c, struct fault *f)
{
	for (; c->running < c->made; c->running++) {
		int err = worker_start(c->worker[c->running]);

		if (err)
			return fault_set(f, err, "thread: %s", strerror(-err));
	}
	return 0;
}

int crew_watch(struct crew *c, struct fault *f)
{
	c->watch = watch_new(c->worker, c->made);
	return c->watch ? 0 : fault_set(f, -errno, "thread: %s", strerror(errno));
}

void crew_clear(struct crew *c)
{
	watch_free(c->watch);
	for (unsigned i = 0; i < c->running; i++) {
		worker_stop(c->worker[i]);
		(void)worker_join(c->worker[i]); /* a start that failed was told of */
	}
	for (unsigned i = 0; i < c->made; i++)
		worker_free(c->worker[i]);
	if (c->made > 0)
		(void)close(c->bell_fd); /* nobody is left to hear it */
	marker_free(c->marker);
	bypass_free(c->bypass);
	*c = (struct crew){ .made = 0 };
}

int crew_serve(struct crew *c, const struct settings *s, struct sink *sink)
{
	struct outbox_service service = service_of(s);
	struct bypass_params p = bypass_params_of(s);

	for (unsigned i = 0; i < c->made; i++) {
		int err = worker_serve(c->worker[i], &service);

		if (err)
			return err;
	}
	marker_serve(c->marker, &s->conf.plan);
	bypass_serve(c->bypass, &p, sink);
	return 0;
}

bool crew_has_lost_one(const struct crew *c)
{
	for (unsigned i = 0; i < c->made; i++)
		if (worker_has_ended(c->worker[i]))
			return true;
	return false;
}

/* What a worker cannot hand to a packet is set at once. */
static bool mark(struct crew *c, unsigned worker, struct record *r)
{
	struct pending_mark m;
	bool carry;

	if (bypass_has(c->bypass, &r->ends)) {
		marker_repeat(c->marker, r);
		return false;
	}
	carry = marker_label(c->marker, r, &m);
	if (bypass_label(c->bypass, r) || !carry)
		return false;
	if (!c->ending && !worker_has_ended(c->worker[worker]) &&
	    worker_mark(c->worker[worker], &m))
		return true;
	marker_set(c->marker, &m);
	return false;
}

/* true when the worker was given a mark. */
static bool write_item(struct crew *c, struct outbox_item *it, unsigned worker,
                       struct ifnames *names, struct sink *sink)
{
	bool marked = false;

	switch (it->kind) {
	case OUTBOX_LABEL:
		marked = mark(c, worker, &it->label.record);
		ifnames_name(names, it->label.in_if, it->label.record.in);
		ifnames_name(names, it->label.out_if, it->label.record.out);
		sink_put(sink, &it->label.record);
		break;
	case OUTBOX_ROW:
		sink_put_row(sink, &it->row.row, it->row.second, worker);
		break;
	}
	return marked;
}

/* What waits from one worker; lines of a burst follow each other. */
static void write_items(struct crew *c, unsigned worker, struct ifnames *names,
                        struct sink *sink)
{
	bool whole = true, marked = false;
	struct pending_mark mark;
	struct outbox_item it;
	unsigned n = 0;

	while (worker_take_mark(c->worker[worker], &mark))
		marker_set(c->marker, &mark);
	for (; (n < MOST_ITEMS || !whole) && worker_take(c->worker[worker], &it); n++) {
		marked |= write_item(c, &it, worker, names, sink);
		whole = it.kind != OUTBOX_LABEL || it.label.last;
	}
	if (marked)
		worker_wake(c->worker[worker]);
	if (n >= MOST_ITEMS)
		bell_ring(c->bell_fd);
}

void crew_write(struct crew *c, struct ifnames *names, struct sink *sink)
{
	uint64_t rung;

	(void)!read(c->bell_fd, &rung, sizeof(rung)); /* it need not have rung */
	for (unsigned i = 0; i < c->made; i++)
		write_items(c, i, names, sink);
	marker_flush(c->marker);
	bypass_flush(c->bypass);
	sink_flush(sink);
}

int crew_end(struct crew *c, struct ifnames *names, struct sink *sink)
{
	struct pollfd p = { .fd = c->bell_fd, .events = POLLIN };
	int failure = 0;

	c->ending = true;
	for (unsigned i = 0; i < c->running; i++)
		worker_stop(c->worker[i]);
	for (unsigned i = 0; i < c->running; i++) {
		int err;

		while (!worker_has_ended(c->worker[i])) {
			(void)poll(&p, 1, 100); /* whatever it says, we look */
			crew_write(c, names, sink);
		}
		err = worker_join(c->worker[i]);
		if (err) {
			failure = err;
			log_error("queue %u: %s", c->first_queue + i, strerror(-err));
		}
	}
	c->running = 0;
	do
		crew_write(c, names, sink);
	while (poll(&p, 1, 0) > 0);
	bypass_end(c->bypass, sink);
	sink_flush(sink);
	return failure;
}

void crew_status(const struct crew *c, const struct sink *sink, struct status *s)
{
	*s = (struct status){ .first_queue = c->first_queue, .queues = c->made };
	for (unsigned i = 0; i < c->made; i++)
		s->queue[i].answers = worker_ask(c->worker[i], &s->queue[i].n.lane);
	s->total.marks = marker_counters(c->marker);
	s->told[STATUS_MARKS] = s->total.marks.labels > 0;
	s->told[STATUS_SKIP] =
		bypass_counters(c->bypass, &s->total.skip, &s->total.skip_now);
	status_sum(s, sink);
}

void crew_log_status(const struct crew *c, const struct sink *sink)
{
	struct status s;

	crew_status(c, sink, &s);
	status_log(&s, sink);
}
