/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections are named as the kernel names them in its list, whatever their protocol:
 * what forwards ICMP, GRE or ESP carries marks as well. */
#include "ctclear.h"

#include <errno.h>

#include "ctlist.h"

#define BATCH 32

struct clearing {
	struct ctsock sock;
	uint32_t mask;
	uint32_t sequence; /* of the first message that waits */
	unsigned waiting, answered;
	uint64_t cleared, failed;
	size_t len;
	uint32_t out[BATCH * CTMSG_MOST / 4];
};

static void take(void *self, enum ctmsg_kind kind, const struct ctmsg *m)
{
	struct clearing *c = self;

	if (kind != CTMSG_ERROR || m->sequence - c->sequence >= c->waiting)
		return;
	c->answered++;
	c->cleared += m->error == 0;
	c->failed += m->error != 0 && m->error != -ENOENT; /* it has ended */
}

/* What is not answered was not done. */
static void flush(struct clearing *c)
{
	const struct ctsock_reader reader = { take, c };
	int err = c->waiting > 0 ? ctsock_send(&c->sock, c->out, c->len) : -EAGAIN;

	while (!err)
		err = ctsock_read(&c->sock, &reader);
	c->failed += c->waiting - c->answered;
	c->sequence += c->waiting;
	c->waiting = c->answered = 0;
	c->len = 0;
}

static void see(void *self, const struct ctmsg_entry *e)
{
	struct clearing *c = self;

	if (!(e->mark & c->mask))
		return;
	if (e->name.len == 0) {
		c->failed++;
		return;
	}
	c->len += ctmsg_put_mark_of((uint8_t *)c->out + c->len, c->sequence + c->waiting,
	                            &e->name, (struct ctmsg_mark){ 0, c->mask });
	if (++c->waiting == BATCH)
		flush(c);
}

static int clear(struct clearing *c, struct ctlist *list, struct fault *f)
{
	int err = ctlist_every(list, (struct ctlist_eye){ see, c });

	flush(c);
	if (err)
		return ctsock_explain(err, f);
	if (c->failed > 0)
		return fault_set(f, -EIO, "%llu connections keep their marks",
		                 (unsigned long long)c->failed);
	return 0;
}

int ctclear(uint32_t mask, uint64_t *connections, struct fault *f)
{
	struct clearing c = { .mask = mask, .sequence = 1 };
	struct ctlist *list = ctlist_new(f);
	int err = -EIO;

	if (list && ctsock_open(&c.sock, 0, f) == 0)
		err = clear(&c, list, f);
	*connections = c.cleared;
	ctsock_close(&c.sock);
	ctlist_free(list);
	return err;
}
