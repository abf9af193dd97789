/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clerk.h"

#include <stdlib.h>

#include "clock.h"

struct clerk {
	struct tally *tally;
	struct outbox *out;
	struct mono end; /* of the second at hand */
	int64_t second;  /* since the epoch */
	uint64_t missed;
};

struct clerk *clerk_new(const struct tally_params *p, struct outbox *out)
{
	struct clerk *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->out = out;
	c->tally = tally_new(p);
	if (!c->tally) {
		clerk_free(c);
		return NULL;
	}
	return c;
}

void clerk_free(struct clerk *c)
{
	if (!c)
		return;
	tally_free(c->tally);
	free(c);
}

void clerk_flush(struct clerk *c)
{
	const struct list *rows;

	if (!c)
		return;
	rows = tally_rows(c->tally);
	for (struct list *n = rows->next; n != rows; n = n->next)
		outbox_put_row(c->out, list_owner(n, struct tally_row, node), c->second);
	c->missed += tally_missed(c->tally);
	tally_begin(c->tally);
}

/* The wall clock is read once a second, so that setting it disturbs one second only. */
void clerk_advance(struct clerk *c, struct mono now)
{
	int64_t epoch_us;

	if (!c || mono_less(now, c->end))
		return;
	clerk_flush(c);
	epoch_us = clock_epoch_us() - mono_since(clock_mono(), now).us;
	c->second = epoch_us / MONO_SECOND;
	c->end.us = now.us + MONO_SECOND - epoch_us % MONO_SECOND;
}

void clerk_packet(struct clerk *c, const struct packet *pkt)
{
	if (c)
		tally_add(c->tally, pkt);
}

uint64_t clerk_missed(const struct clerk *c)
{
	return c ? c->missed + tally_missed(c->tally) : 0;
}
