/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crew.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include "log.h"

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

int crew_make(struct crew *c, const struct settings *s, struct fault *f)
{
	struct outbox_service service = service_of(s);

	*c = (struct crew){ .first_queue = s->conf.queue.first };
	c->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->bell_fd < 0)
		return fault_set(f, -errno, "eventfd: %s", strerror(errno));
	for (; c->made < s->conf.queue.workers; c->made++) {
		struct lane_params p = lane_params_of(c, s, c->made);

		if (getrandom(&p.burst.secret, sizeof(p.burst.secret), 0) < 0)
			return fault_set(f, -errno, "getrandom: %s", strerror(errno));
		p.outbox.secret = p.burst.secret;
		c->worker[c->made] = worker_new(&p, &service, f);
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
	*c = (struct crew){ .made = 0 };
}

int crew_serve(struct crew *c, const struct settings *s)
{
	struct outbox_service service = service_of(s);

	for (unsigned i = 0; i < c->made; i++) {
		int err = worker_serve(c->worker[i], &service);

		if (err)
			return err;
	}
	return 0;
}

bool crew_has_lost_one(const struct crew *c)
{
	for (unsigned i = 0; i < c->made; i++)
		if (worker_has_ended(c->worker[i]))
			return true;
	return false;
}

static void write_item(struct outbox_item *it, unsigned worker, struct ifnames *names,
                       struct sink *sink)
{
	switch (it->kind) {
	case OUTBOX_LABEL:
		ifnames_name(names, it->label.in_if, it->label.record.in);
		ifnames_name(names, it->label.out_if, it->label.record.out);
		sink_put(sink, &it->label.record);
		return;
	case OUTBOX_ROW:
		sink_put_row(sink, &it->row.row, it->row.second, worker);
		return;
	}
}

void crew_write(struct crew *c, struct ifnames *names, struct sink *sink)
{
	struct outbox_item it;
	uint64_t rung;

	(void)!read(c->bell_fd, &rung, sizeof(rung)); /* it need not have rung */
	for (unsigned i = 0; i < c->made; i++) {
		unsigned n = 0;
		bool whole = true;

		/* Lines of a burst follow each other. */
		for (; (n < MOST_ITEMS || !whole) && worker_take(c->worker[i], &it);
		     n++) {
			write_item(&it, i, names, sink);
			whole = it.kind == OUTBOX_ROW || it.label.last;
		}
		if (n >= MOST_ITEMS)
			outbox_ring_bell(c->bell_fd);
	}
	sink_flush(sink);
}

int crew_end(struct crew *c, struct ifnames *names, struct sink *sink)
{
	struct pollfd p = { .fd = c->bell_fd, .events = POLLIN };
	int failure = 0;

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
	return failure;
}

void crew_log_status(struct crew *c, const struct sink *sink)
{
	struct lane_counters sum = { .flows_now = 0 }, n;

	for (unsigned i = 0; i < c->made; i++) {
		if (!worker_ask(c->worker[i], &n)) {
			log_warn("worker %u does not answer", i);
			continue;
		}
		status_worker(c->first_queue, i, &n);
		status_add(&sum, &n);
	}
	status_total(&sum, sink);
}
