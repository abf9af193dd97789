/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clerk.h"

#include <stdlib.h>

#include "clock.h"

/* The smallest piece of work. */
#define ROWS 16

struct clerk {
	struct tally *tally;
	struct outbox *out;
	struct mono end;        /* of the second at hand */
	int64_t second, before; /* since the epoch; whose rows are handed on */
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

static bool hand_on(struct clerk *c)
{
	const struct tally_row *row = tally_take(c->tally);

	if (row)
		outbox_put_row(c->out, row, c->before);
	return row;
}

static void end_second(struct clerk *c)
{
	while (hand_on(c))
		;
	c->missed += tally_missed(c->tally);
	tally_begin(c->tally);
	c->before = c->second;
}

void clerk_flush(struct clerk *c)
{
	if (!c)
		return;
	end_second(c);
	while (hand_on(c))
		;
}

bool clerk_has_rows(const struct clerk *c)
{
	return c && tally_has_rows(c->tally);
}

bool clerk_work(struct clerk *c)
{
	if (!clerk_has_rows(c) || !outbox_takes_rows(c->out))
		return false;
	for (int i = 0; i < ROWS && hand_on(c); i++)
		;
	return true;
}

/* The wall clock is read once a second, so that setting it disturbs one second only.  The
 * two clocks are not read at one time: a second may be over by the one and not yet by the
 * other. */
void clerk_advance(struct clerk *c, struct mono now)
{
	int64_t epoch_us, second;

	if (!c || mono_less(now, c->end))
		return;
	epoch_us = clock_epoch_us() - mono_since(clock_mono(), now).us;
	second = epoch_us / MONO_SECOND;
	c->end.us = now.us + MONO_SECOND - epoch_us % MONO_SECOND;
	if (second == c->second)
		return;
	end_second(c);
	c->second = second;
}

void clerk_packet(struct clerk *c, const struct packet *pkt)
{
	if (!c)
		return;
	while (tally_is_full(c->tally) && hand_on(c))
		;
	tally_add(c->tally, pkt);
}

uint64_t clerk_missed(const struct clerk *c)
{
	return c ? c->missed + tally_missed(c->tally) : 0;
}
