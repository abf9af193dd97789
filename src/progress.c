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

void progress_at(struct progress *p, uint64_t done, uint64_t all)
{
	struct mono at;

	if (!p->on || (at = now(), mono_less(at, p->next)))
		return;
	p->next = mono_add(at, mono_ms(200));
	p->shown = true;
	fprintf(stderr, "\r\033[K%s %" PRIu64 " of %" PRIu64, p->what, done, all);
	(void)fflush(stderr); /* nothing depends on it */
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
