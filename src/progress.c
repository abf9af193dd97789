/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct mono now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail on Linux */
	return (struct mono){ (int64_t)ts.tv_sec * MONO_SECOND + ts.tv_nsec / 1000 };
}

void progress_begin(struct progress *p, const char *what)
{
	*p = (struct progress){
		.what = what,
		.next = mono_add(now(), mono_ms(1000)),
		.on = isatty(STDERR_FILENO),
	};
}

/* Is there someone to tell, and is it time? */
static bool is_due(struct progress *p)
{
	struct mono at;

	if (!p->on)
		return false;
	at = now();
	if (mono_less(at, p->next))
		return false;
	p->next = mono_add(at, mono_ms(200));
	p->shown = true;
	return true;
}

void progress_at(struct progress *p, uint64_t done, uint64_t all)
{
	p->done = done;
	p->all = all;
	if (!is_due(p))
		return;
	fprintf(stderr, "\r\033[K%s: %" PRIu64 " of %" PRIu64 " done", p->what, done,
	        all);
	(void)fflush(stderr); /* nothing depends on it */
}

void progress_packets(struct progress *p, uint64_t packets)
{
	if (!is_due(p))
		return;
	fprintf(stderr, "\r\033[K%s %" PRIu64 " of %" PRIu64 ": %" PRIu64 " packets",
	        p->what, p->done + 1, p->all, packets);
	(void)fflush(stderr); /* nothing depends on it */
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
