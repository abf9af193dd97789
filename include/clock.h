/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CLOCK_H
#define NFCLASS_CLOCK_H

#include <time.h>

#include "mono.h"

/* The two clocks of the edges; the core gets its time from them by value. */

static inline int64_t clock_us(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts); /* these clocks always exist */
	return (int64_t)ts.tv_sec * MONO_SECOND + ts.tv_nsec / 1000;
}

static inline struct mono clock_mono(void)
{
	return (struct mono){ clock_us(CLOCK_MONOTONIC) };
}

static inline int64_t clock_epoch_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

/* Of two times to wait, as poll() takes them: -1 is for ever. */
static inline int clock_sooner(int a_ms, int b_ms)
{
	return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

#endif
