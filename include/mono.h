/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_MONO_H
#define NFCLASS_MONO_H

#include <stdbool.h>
#include <stdint.h>

/* A point in time or a span of it, in microseconds.  Points come from the caller: the
 * monotonic clock in the daemon, the epoch in captures.  One microsecond is the finest
 * step that both have, so that both give the same gaps; finer time stamps are cut. */
struct mono {
	int64_t us;
};

#define MONO_SECOND 1000000

static inline struct mono mono_ms(int64_t ms)
{
	return (struct mono){ ms * 1000 };
}

static inline bool mono_less(struct mono a, struct mono b)
{
	return a.us < b.us;
}

static inline struct mono mono_max(struct mono a, struct mono b)
{
	return a.us < b.us ? b : a;
}

static inline struct mono mono_add(struct mono a, struct mono b)
{
	return (struct mono){ a.us + b.us };
}

/* The span from then to now; negative when then is later. */
static inline struct mono mono_since(struct mono now, struct mono then)
{
	return (struct mono){ now.us - then.us };
}

#endif
