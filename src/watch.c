/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "notify.h"

#define LOG_PATIENCE_S 2

struct watched {
	uint64_t beat;
	struct mono since;
};

struct watch {
	struct worker *const *workers;
	unsigned count;
	struct watched *seen;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t end;
	bool stop;
};

static bool is_stuck(struct watched *seen, const struct worker *w, struct mono now)
{
	uint64_t beat = worker_beat(w);

	if (beat != seen->beat || worker_has_ended(w)) {
		*seen = (struct watched){ beat, now };
		return false;
	}
	return mono_since(now, seen->since).us >= (int64_t)WATCH_LIMIT_S * MONO_SECOND;
}

/* Telling must not keep us from ending: syslog may be what everybody waits for. */
static void give_up(unsigned worker)
{
	(void)alarm(LOG_PATIENCE_S);
	log_error("worker %u has not moved for %d s: ending, so that traffic bypasses "
	          "the queue",
	          worker, WATCH_LIMIT_S);
	abort();
}

static void look(struct watch *w)
{
	struct mono now = clock_mono();

	for (unsigned i = 0; i < w->count; i++)
		if (is_stuck(&w->seen[i], w->workers[i], now))
			give_up(i);
	notify_send("WATCHDOG=1");
}

static void *run(void *arg)
{
	struct watch *w = arg;
	struct timespec next;

	(void)clock_gettime(CLOCK_MONOTONIC, &next); /* this clock always exists */
	(void)pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		look(w);
		next.tv_sec++;
		while (!w->stop && pthread_cond_clockwait(&w->end, &w->lock,
		                                          CLOCK_MONOTONIC, &next) == 0)
			;
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct watch *watch_new(struct worker *const *workers, unsigned count)
{
	struct watch *w = calloc(1, sizeof(*w));
	int err = ENOMEM;

	if (!w)
		return NULL;
	w->workers = workers;
	w->count = count;
	w->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	w->end = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	w->seen = calloc(count, sizeof(*w->seen));
	if (w->seen) {
		for (unsigned i = 0; i < count; i++)
			w->seen[i].since = clock_mono();
		err = pthread_create(&w->thread, NULL, run, w);
	}
	if (!err)
		return w;
	free(w->seen);
	free(w);
	errno = err;
	return NULL;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->stop = true;
	(void)pthread_cond_signal(&w->end);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL); /* it is our thread, and joined once */
	free(w->seen);
	free(w);
}
