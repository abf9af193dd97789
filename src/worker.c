/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop: wait for packets, for the next burst's end or for the main thread, take a
 * turn.  What the main thread wants lies in a mailbox, whose flag is all that a turn
 * looks at. */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "bell.h"

struct worker {
	struct lane *lane;
	int bell_fd, mail_fd;
	pthread_t thread;
	_Atomic bool mail, ended;
	_Atomic uint64_t beat;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t done;
	bool stop, ask;
	struct lane_counters told; /* as of when they were asked for */
	const struct outbox_service *next;
	struct labeller *next_labeller;
	bool changing; /* what was next is not yet all that is served */
	int error;
};

void worker_free(struct worker *w)
{
	if (!w)
		return;
	lane_free(w->lane);
	if (w->mail_fd >= 0)
		(void)close(w->mail_fd); /* nothing was written that matters */
	free(w);
}

struct worker *worker_new(const struct lane_params *p, const struct outbox_service *s,
                          struct fault *f)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		goto fail;
	w->bell_fd = p->outbox.bell_fd;
	w->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	w->done = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	w->mail_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->mail_fd < 0)
		goto fail;
	w->lane = lane_new(p, s, f);
	if (w->lane)
		return w;
	worker_free(w);
	return NULL;

fail:
	fault_set(f, -ENOMEM, "worker %u: out of memory", p->outbox.index);
	worker_free(w);
	return NULL;
}

static void wait_for_something(const struct worker *w)
{
	struct pollfd p[] = { { .fd = lane_fd(w->lane), .events = POLLIN },
		              { .fd = w->mail_fd, .events = POLLIN } };
	uint64_t rung;

	/* Whatever they say, the next turn looks for itself. */
	if (poll(p, 2, lane_wait_ms(w->lane)) > 0 && p[1].revents)
		(void)!read(w->mail_fd, &rung, sizeof(rung));
}

/* true when it is time to stop. */
static bool read_mail(struct worker *w)
{
	bool stop;

	if (!atomic_exchange(&w->mail, false))
		return false;
	(void)pthread_mutex_lock(&w->lock);
	if (w->next) {
		lane_serve(w->lane, w->next, w->next_labeller);
		w->changing = true;
	}
	w->next = NULL;
	if (w->ask)
		lane_count(w->lane, &w->told);
	w->ask = false;
	stop = w->stop;
	(void)pthread_cond_broadcast(&w->done);
	(void)pthread_mutex_unlock(&w->lock);
	return stop;
}

static void tell_changed(struct worker *w)
{
	(void)pthread_mutex_lock(&w->lock);
	w->changing = false;
	(void)pthread_cond_broadcast(&w->done);
	(void)pthread_mutex_unlock(&w->lock);
}

static void *run(void *arg)
{
	struct worker *w = arg;
	int n = 0;

	while (n >= 0 && !read_mail(w)) {
		/* While packets come, the read waits for the next ones itself: that is a
		 * system call less each time. */
		bool flowing = n > 0 && !lane_has_work(w->lane);

		if (!flowing)
			wait_for_something(w);
		n = lane_turn(w->lane, flowing);
		if (w->changing && !lane_is_changing(w->lane))
			tell_changed(w);
		atomic_fetch_add_explicit(&w->beat, 1, memory_order_relaxed);
	}
	if (n >= 0)
		n = lane_finish(w->lane);
	(void)pthread_mutex_lock(&w->lock);
	lane_count(w->lane, &w->told);
	w->error = n < 0 ? n : 0;
	atomic_store(&w->ended, true);
	(void)pthread_cond_broadcast(&w->done);
	(void)pthread_mutex_unlock(&w->lock);
	bell_ring(w->bell_fd);
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
	bell_ring(w->mail_fd);
}

int worker_serve(struct worker *w, const struct outbox_service *s)
{
	struct labeller *l = lane_labeller(w->lane, s);

	if (!l)
		return -ENOMEM;
	(void)pthread_mutex_lock(&w->lock);
	w->next = s;
	w->next_labeller = l;
	post(w);
	while ((w->next || w->changing) && !w->ended)
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
	return lane_take(w->lane, it);
}

bool worker_take_mark(struct worker *w, struct pending_mark *m)
{
	return lane_take_mark(w->lane, m);
}

bool worker_mark(struct worker *w, const struct pending_mark *m)
{
	return lane_mark(w->lane, m);
}

void worker_wake(struct worker *w)
{
	bell_ring(w->mail_fd);
}

uint64_t worker_beat(const struct worker *w)
{
	return atomic_load_explicit(&w->beat, memory_order_relaxed);
}

bool worker_ask(struct worker *w, struct lane_counters *c)
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
