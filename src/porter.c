/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "porter.h"

#include <stdlib.h>

#include "bell.h"
#include "ring.h"

/* As long as packets come, so much of the room to go back is kept for all that may wait
 * when they end. */
#define KEPT (2 * PORTER_MARKS)

struct porter {
	struct ring *given;
	struct pending *pending; /* of these, what waits for a packet */
	struct ring *back;
	int bell_fd;
};

void porter_free(struct porter *p)
{
	if (!p)
		return;
	ring_free(p->given);
	pending_free(p->pending);
	ring_free(p->back);
	free(p);
}

struct porter *porter_new(const struct hash_key *secret, int bell_fd)
{
	struct porter *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->bell_fd = bell_fd;
	p->given = ring_new(PORTER_MARKS, sizeof(struct pending_mark));
	p->pending = pending_new(PORTER_MARKS, secret);
	p->back = ring_new(2 * KEPT, sizeof(struct pending_mark));
	if (p->given && p->pending && p->back)
		return p;
	porter_free(p);
	return NULL;
}

bool porter_give(struct porter *p, const struct pending_mark *m)
{
	bool taken = ring_put(p->given, m);

	ring_show(p->given);
	return taken;
}

bool porter_take_back(struct porter *p, struct pending_mark *m)
{
	return ring_get(p->back, m);
}

static void see(struct porter *p, struct mono now)
{
	const struct mono until = mono_add(now, mono_ms(PORTER_WAIT_MS));
	struct pending_mark m;

	while (porter_count(p) < PORTER_MARKS && ring_get(p->given, &m))
		(void)pending_put(p->pending, &m, until); /* there is room */
}

static void give_back(struct porter *p, struct mono now, uint32_t kept)
{
	struct pending_mark m;
	bool any = false;

	while (ring_room(p->back) > kept && pending_late(p->pending, now, &m))
		any |= ring_put(p->back, &m);
	if (!any)
		return;
	ring_show(p->back);
	bell_ring(p->bell_fd);
}

void porter_look(struct porter *p, struct mono now)
{
	see(p, now);
	give_back(p, now, KEPT);
}

uint32_t porter_count(const struct porter *p)
{
	return pending_count(p->pending);
}

bool porter_deliver(struct porter *p, const struct packet *pkt, struct pending_mark *m)
{
	return pending_take(p->pending, pkt, m);
}

bool porter_next(const struct porter *p, struct mono *at)
{
	return ring_room(p->back) > KEPT && pending_next(p->pending, at);
}

/* Those that wait for a packet make room for those that wait to be seen. */
void porter_end(struct porter *p)
{
	const struct mono never = { INT64_MAX };

	give_back(p, never, 0);
	see(p, (struct mono){ 0 });
	give_back(p, never, 0);
}
