/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel does the work of a message while it is sent, so that when sending returns
 * all answers lie in our socket.  It answers errors, and the last change of a batch: what
 * was not answered was done.
 *
 * A connection is found by the packets of either direction as they come in.  FORWARD
 * shows them after DNAT and before SNAT: that is how the original direction comes in,
 * unless its destination is translated; then it is how replies come in, turned around,
 * unless the source is translated as well.  So what the first try does not find, a second
 * one looks for the other way, and what that does not find can be searched for. */
#include "ctmark.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 32
#define LOST  64

struct ctmark {
	struct ctlist_eye eye;
	struct ctmark_counters n;
	struct ctsock sock;
	struct ctmark_change change[BATCH];
	int error[BATCH]; /* of the changes of the last try */
	unsigned waiting;
	uint32_t sequence; /* of the last try's first message */
	uint32_t out[BATCH * 2 * CTMSG_MOST / 4];

	struct ctlist *list;
	struct ctmark_change lost[LOST];
	unsigned lost_first, lost_count;
};

static struct flow_ends turned(const struct flow_ends *e)
{
	return (struct flow_ends){ e->server, e->client, e->server_port, e->client_port,
		                   e->proto };
}

/* Change i has messages 2i and, to look, 2i + 1 of the try. */
static size_t put_messages(struct ctmark *c)
{
	uint8_t *out = (uint8_t *)c->out;
	size_t len = 0;

	for (unsigned i = 0; i < c->waiting; i++) {
		const struct ctmark_change *change = &c->change[i];

		len += ctmsg_put_mark(out + len, c->sequence + 2 * i, &change->ends,
		                      change->mark, i + 1 == c->waiting);
		if (change->look)
			len += ctmsg_put_look(out + len, c->sequence + 2 * i + 1,
			                      &change->ends);
	}
	return len;
}

static void take(void *self, enum ctmsg_kind kind, const struct ctmsg *m)
{
	struct ctmark *c = self;
	uint32_t at = m->sequence - c->sequence;

	if (at >= 2 * c->waiting)
		return;
	/* Who could not be changed cannot be looked at either: one error is enough. */
	if (kind == CTMSG_ERROR && at % 2 == 0)
		c->error[at / 2] = m->error;
	if (kind == CTMSG_ENTRY && c->eye.see)
		c->eye.see(c->eye.self, &m->entry);
}

/* Send what waits, and learn what came of it.  0 or -errno. */
static int try(struct ctmark *c)
{
	const struct ctsock_reader reader = { take, c };
	int err, lost = 0;

	memset(c->error, 0, sizeof(c->error));
	c->sequence += 2 * BATCH;
	err = ctsock_send(&c->sock, c->out, put_messages(c));
	while (!err || err == -ENOBUFS) {
		err = ctsock_read(&c->sock, &reader);
		lost = err == -ENOBUFS ? err : lost;
	}
	return err == -EAGAIN ? lost : err;
}

/* Try, and count what came of it; what was not found stays, and is returned. */
static unsigned settle(struct ctmark *c)
{
	int err = try(c);
	unsigned left = 0;

	for (unsigned i = 0; i < c->waiting; i++) {
		int error = err ? err : c->error[i];

		if (error == -ENOENT)
			c->change[left++] = c->change[i];
		c->n.set += error == 0;
		c->n.failed += error != 0 && error != -ENOENT;
	}
	c->waiting = left;
	return left;
}

static void lose(struct ctmark *c, const struct ctmark_change *change)
{
	if (c->lost_count == LOST)
		c->n.gone++;
	else
		c->lost[(c->lost_first + c->lost_count++) % LOST] = *change;
}

void ctmark_flush(struct ctmark *c)
{
	if (c->waiting == 0 || settle(c) == 0)
		return;
	for (unsigned i = 0; i < c->waiting; i++)
		c->change[i].ends = turned(&c->change[i].ends);
	(void)settle(c); /* what is left is lost */
	for (unsigned i = 0; i < c->waiting; i++)
		lose(c, &c->change[i]);
	c->waiting = 0;
}

void ctmark_put(struct ctmark *c, const struct ctmark_change *change)
{
	c->change[c->waiting++] = *change;
	if (c->waiting == BATCH)
		ctmark_flush(c);
}

static void see_lost(void *self, const struct ctmsg_entry *e)
{
	struct ctmark *c = self;

	c->change[0].ends = e->orig;
	c->waiting = 1;
}

/* The one that began by the client, or the other way round. */
static void find(struct ctmark *c, const struct ctmark_change *change)
{
	const struct flow_ends way[2] = { change->ends, turned(&change->ends) };

	c->change[0] = *change;
	for (int i = 0; i < 2 && c->waiting == 0; i++)
		if (ctlist_find(c->list, &way[i], (struct ctlist_eye){ see_lost, c }) < 0)
			return; /* then it counts as gone */
}

bool ctmark_search(struct ctmark *c)
{
	ctmark_flush(c);
	if (c->lost_count == 0)
		return false;
	find(c, &c->lost[c->lost_first]);
	c->lost_first = (c->lost_first + 1) % LOST;
	c->lost_count--;
	c->n.gone += c->waiting == 0 || settle(c) > 0;
	c->waiting = 0;
	return c->lost_count > 0;
}

bool ctmark_has_lost(const struct ctmark *c)
{
	return c->waiting + c->lost_count > 0;
}

const struct ctmark_counters *ctmark_counters(const struct ctmark *c)
{
	return &c->n;
}

/* Nobody has a connection from nowhere to nowhere: a kernel that can says so. */
static int probe(struct ctmark *c)
{
	int err;

	c->change[0] = (struct ctmark_change){ .ends = { .client = addr_v4(0),
		                                         .server = addr_v4(0),
		                                         .proto = IPPROTO_UDP } };
	c->waiting = 1;
	err = try(c);
	c->waiting = 0;
	return err ? err : c->error[0] == -ENOENT ? 0 : c->error[0];
}

struct ctmark *ctmark_new(struct ctlist_eye eye, struct fault *f)
{
	struct ctmark *c = calloc(1, sizeof(*c));
	int err;

	if (!c) {
		fault_set(f, -ENOMEM, "connection tracking: out of memory");
		return NULL;
	}
	c->eye = eye;
	c->list = ctlist_new(f);
	if (!c->list || ctsock_open(&c->sock, 0, f) < 0)
		goto fail;
	err = probe(c);
	if (!err)
		return c;
	ctsock_explain(err, f);

fail:
	ctmark_free(c);
	return NULL;
}

void ctmark_free(struct ctmark *c)
{
	if (!c)
		return;
	ctlist_free(c->list);
	ctsock_close(&c->sock);
	free(c);
}
