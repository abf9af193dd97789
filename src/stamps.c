/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stamps.h"

#include <linux/net_tstamp.h>
#include <sys/socket.h>
#include <unistd.h>

/* They are given up soon, and come back only after a while: switching is dear. */
#define OFF_AFTER_MS 100
#define ON_AFTER_MS  1000

/* SO_TIMESTAMP, once set, has the kernel go on stamping until the socket is closed. */
static void want(struct stamps *s, bool on)
{
	int what = on ? SOF_TIMESTAMPING_RX_SOFTWARE : 0;

	if (setsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMPING, &what, sizeof(what)) == 0)
		s->on = on;
}

void stamps_open(struct stamps *s)
{
	*s = (struct stamps){ .fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };
	want(s, true);
}

void stamps_close(struct stamps *s)
{
	if (s->fd >= 0)
		(void)close(s->fd); /* never used */
	s->fd = -1;
}

void stamps_count(struct stamps *s, uint32_t packets, struct mono now)
{
	int64_t us = mono_since(now, s->since).us;
	uint64_t per_second;

	s->count += packets;
	if (us < (s->on ? OFF_AFTER_MS : ON_AFTER_MS) * 1000)
		return;
	per_second = s->count * MONO_SECOND / (uint64_t)us;
	if (s->on ? per_second > STAMPS_MOST : per_second < STAMPS_LEAST)
		want(s, !s->on);
	s->count = 0;
	s->since = now;
}
