/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop: wait for packets or for the next burst's end, read and accept a batch, count
 * it into flows and bursts, label what has ended.  What the main thread wants lies in a
 * mailbox, whose flag is all that a turn looks at. */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"

#define TICK_MS     1000 /* the longest wait */
#define PATIENCE_MS 5000 /* for the receiver, at the very end only */

struct worker {
	struct worker_params p;
	struct worker_counters n;
	struct queue *queue;
	struct burst_tracker *tracker;
	struct routes *routes;
	struct outbox *outbox;
	struct clerk *clerk;              /* or NULL */
	struct packet pkt[QUEUE_PACKETS]; /* of the read at hand */
	uint64_t losses;                  /* that bursts were told of */
	struct mono asked;                /* when the kernel was asked last */

	pthread_t thread;
	int mail_fd;
	_Atomic bool mail, ended;
	_Atomic uint64_t beat;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t done;
	bool stop, ask;
	struct worker_counters told; /* n when it was asked for */
	const struct outbox_service *next;
	struct labeller *next_labeller;
	int error;
};

void worker_free(struct worker *w)
{
	if (!w)
		return;
	queue_free(w->queue);
	burst_tracker_free(w->tracker);
	route_free(w->routes);
	clerk_free(w->clerk);
	outbox_free(w->outbox);
	if (w->mail_fd >= 0)
		(void)close(w->mail_fd); /* nothing was written that matters */
	free(w);
}

/* Rows of counters begin anew with the MTU; memory short of them is no reason to stop. */
static void make_clerk(struct worker *w, uint32_t mtu_bytes)
{
	struct tally_params p = { .max_flows = w->p.burst.max_flows,
		                  .mtu_bytes = mtu_bytes,
		                  .lan = w->p.burst.lan,
		                  .secret = w->p.burst.secret };

	if (!w->p.counters)
		return;
	clerk_flush(w->clerk);
	clerk_free(w->clerk);
	w->clerk = clerk_new(&p, w->outbox);
}

struct worker *worker_new(const struct worker_params *p, const struct outbox_service *s,
                          struct fault *f)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		goto fail;
	w->p = *p;
	w->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	w->done = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	w->mail_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->tracker = burst_tracker_new(&p->burst);
	w->routes = route_new(p->burst.max_flows, &p->burst.secret);
	w->outbox = outbox_new(&p->outbox, s);
	if (w->mail_fd < 0 || !w->tracker || !w->routes || !w->outbox)
		goto fail;
	make_clerk(w, p->burst.mtu_bytes);
	if (p->counters && !w->clerk)
		goto fail;
	w->queue = queue_new(&p->queue, f);
	if (w->queue)
		return w;
	worker_free(w);
	return NULL;

fail:
	fault_set(f, -ENOMEM, "worker %u: out of memory", p->outbox.index);
	worker_free(w);
	return NULL;
}

static void label_ended(struct worker *w)
{
	struct burst *b;

	while ((b = burst_take(w->tracker))) {
		outbox_put(w->outbox, b, w->routes);
		burst_release(w->tracker, b);
	}
}

static void advance(struct worker *w, struct mono now)
{
	burst_advance(w->tracker, now);
	label_ended(w);
	clerk_advance(w->clerk, now);
}

static void take_packet(struct worker *w, const struct queue_packet *qp,
                        const struct packet *pkt)
{
	const struct burst_counters *n = burst_counters(w->tracker);
	uint64_t flows = n->flows;

	advance(w, pkt->time);
	clerk_packet(w->clerk, pkt);
	burst_packet(w->tracker, pkt);
	if (n->flows != flows)
		route_note(w->routes, pkt, qp->in_if, qp->out_if);
	label_ended(w);
}

/* A read is decoded before any of it is counted, so that waits for memory overlap. */
static void take_packets(struct worker *w, int count)
{
	const struct queue_packet *from[QUEUE_PACKETS];
	struct packet *pkt = w->pkt;
	size_t n = 0;

	for (int i = 0; i < count; i++) {
		const struct queue_packet *qp = queue_packet(w->queue, i);
		enum decode_result result = decode_ip(qp->data, qp->len, &pkt[n]);

		w->n.decoded[result]++;
		if (result != DECODE_OK)
			continue;
		pkt[n].time = qp->time;
		from[n++] = qp;
	}
	burst_look_ahead(w->tracker, pkt, n);
	for (size_t i = 0; i < n; i++)
		take_packet(w, from[i], &pkt[i]);
	if (count > 0)
		advance(w, queue_packet(w->queue, count - 1)->time);
}

/* Once a second: what was dropped before it reached us only the kernel knows. */
static void ask_kernel(struct worker *w, struct mono now)
{
	if (mono_since(now, w->asked).us < MONO_SECOND)
		return;
	w->asked = now;
	(void)queue_ask_kernel(w->queue, &w->n.kernel); /* else the last answer stays */
}

/* true when packets were lost since the last turn. */
static bool tell_losses(struct worker *w)
{
	const struct queue_counters *q = queue_counters(w->queue);
	uint64_t losses = q->missed + q->full + q->overruns + q->bad_messages +
	                  w->n.kernel.queue_dropped + w->n.kernel.user_dropped;
	bool lost = losses != w->losses;

	if (lost)
		burst_lost(w->tracker);
	w->losses = losses;
	return lost;
}

/* How many packets there were, or -errno. */
static int turn(struct worker *w)
{
	struct mono now = clock_mono();
	int n = queue_read(w->queue);
	bool lost;

	if (n < 0)
		return n;
	ask_kernel(w, now);
	lost = tell_losses(w);
	take_packets(w, n);
	if (lost)
		burst_lost(w->tracker); /* those that this read opened as well */
	/* Packets have the time at which they came: only without any it is now. */
	if (n == 0)
		advance(w, now);
	outbox_tell(w->outbox);
	return n;
}

static int wait_ms(const struct worker *w)
{
	struct mono at;
	int64_t us;

	if (!burst_next_end(w->tracker, &at))
		return TICK_MS;
	us = mono_since(at, clock_mono()).us;
	if (us >= TICK_MS * 1000)
		return TICK_MS;
	return us <= 0 ? 0 : (int)((us + 999) / 1000);
}

static void wait_for_something(const struct worker *w)
{
	struct pollfd p[] = { { .fd = queue_fd(w->queue), .events = POLLIN },
		              { .fd = w->mail_fd, .events = POLLIN } };
	uint64_t rung;

	/* Whatever they say, the next turn looks for itself. */
	if (poll(p, 2, wait_ms(w)) > 0 && p[1].revents)
		(void)!read(w->mail_fd, &rung, sizeof(rung));
}

static void end_bursts(struct worker *w)
{
	burst_end_all(w->tracker, BURST_FLUSH);
	label_ended(w);
	clerk_flush(w->clerk);
}

/* An open burst has one gap, MTU and set of features throughout. */
static void change_service(struct worker *w)
{
	const struct model *old = outbox_service(w->outbox)->model, *new = w->next->model;

	if (old->gap.us != new->gap.us || old->max.us != new->max.us ||
	    old->mtu_bytes != new->mtu_bytes || old->set != new->set) {
		end_bursts(w);
		burst_retune(w->tracker, new->gap, new->max, new->mtu_bytes);
		make_clerk(w, new->mtu_bytes);
	}
	outbox_serve(w->outbox, w->next, w->next_labeller);
	w->next = NULL;
}

/* With the lock held. */
static void take_counters(struct worker *w)
{
	w->n.queue = *queue_counters(w->queue);
	w->n.burst = *burst_counters(w->tracker);
	w->n.outbox = outbox_counters(w->outbox);
	w->n.rows_missed = clerk_missed(w->clerk);
	w->n.flows_now = burst_flows_now(w->tracker);
	w->n.open_now = burst_open_now(w->tracker);
	(void)queue_ask_kernel(w->queue, &w->n.kernel); /* else the last answer stays */
	w->told = w->n;
}

/* true when it is time to stop. */
static bool read_mail(struct worker *w)
{
	bool stop;

	if (!atomic_exchange(&w->mail, false))
		return false;
	(void)pthread_mutex_lock(&w->lock);
	if (w->next)
		change_service(w);
	if (w->ask)
		take_counters(w);
	w->ask = false;
	stop = w->stop;
	(void)pthread_cond_broadcast(&w->done);
	(void)pthread_mutex_unlock(&w->lock);
	return stop;
}

/* Nothing comes after queue_close(): reading to the end gives every packet a verdict. */
static int finish(struct worker *w)
{
	int n = queue_close(w->queue);

	if (n < 0)
		return n;
	while ((n = turn(w)) > 0)
		;
	outbox_be_patient(w->outbox, PATIENCE_MS);
	end_bursts(w);
	return n;
}

static void *run(void *arg)
{
	struct worker *w = arg;
	int n = 0;

	while (n >= 0 && !read_mail(w)) {
		wait_for_something(w);
		n = turn(w);
		atomic_fetch_add_explicit(&w->beat, 1, memory_order_relaxed);
	}
	if (n >= 0)
		n = finish(w);
	(void)pthread_mutex_lock(&w->lock);
	take_counters(w);
	w->error = n < 0 ? n : 0;
	atomic_store(&w->ended, true);
	(void)pthread_cond_broadcast(&w->done);
	(void)pthread_mutex_unlock(&w->lock);
	outbox_ring_bell(w->p.outbox.bell_fd);
	return NULL;
}

int worker_start(struct worker *w)
{
	return -pthread_create(&w->thread, NULL, run, w);
}

/* With the lock held: the worker is to look into its mailbox. */
static void post(struct worker *w)
{
	atomic_store(&w->mail, true);
	outbox_ring_bell(w->mail_fd);
}

int worker_serve(struct worker *w, const struct outbox_service *s)
{
	struct labeller *l = outbox_labeller(w->outbox, s);

	if (!l)
		return -ENOMEM;
	(void)pthread_mutex_lock(&w->lock);
	w->next = s;
	w->next_labeller = l;
	post(w);
	while (w->next && !w->ended)
		(void)pthread_cond_wait(&w->done, &w->lock);
	if (w->next)
		labeller_free(l);
	w->next = NULL;
	(void)pthread_mutex_unlock(&w->lock);
	return 0;
}

void worker_stop(struct worker *w)
{
	(void)pthread_mutex_lock(&w->lock);
	w->stop = true;
	post(w);
	(void)pthread_mutex_unlock(&w->lock);
}

bool worker_has_ended(const struct worker *w)
{
	return atomic_load(&w->ended);
}

int worker_join(struct worker *w)
{
	(void)pthread_join(w->thread, NULL); /* it is our thread, and joined once */
	return w->error;
}

bool worker_take(struct worker *w, struct outbox_item *it)
{
	return outbox_take(w->outbox, it);
}

uint64_t worker_beat(const struct worker *w)
{
	return atomic_load_explicit(&w->beat, memory_order_relaxed);
}

bool worker_ask(struct worker *w, struct worker_counters *c)
{
	struct timespec until;
	bool told;

	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* this clock always exists */
	until.tv_sec += 2;
	(void)pthread_mutex_lock(&w->lock);
	w->ask = !w->ended;
	post(w);
	while (w->ask && !w->ended &&
	       pthread_cond_clockwait(&w->done, &w->lock, CLOCK_MONOTONIC, &until) !=
	               ETIMEDOUT)
		;
	told = !w->ask || w->ended;
	if (told)
		*c = w->told;
	w->ask = false;
	(void)pthread_mutex_unlock(&w->lock);
	return told;
}
