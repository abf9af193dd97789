/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctlist.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

struct ctlist {
	struct ctsock sock;
	struct ctlist_eye eye;
	bool foreign;      /* tell of what is neither TCP nor UDP, too */
	uint32_t sequence; /* of the question at hand */
	int error;         /* its answer's, once there is one */
	bool done;
};

struct ctlist *ctlist_new(struct fault *f)
{
	struct ctlist *l = calloc(1, sizeof(*l));

	if (!l) {
		fault_set(f, -ENOMEM, "connection tracking: out of memory");
		return NULL;
	}
	if (ctsock_open(&l->sock, 0, f) == 0)
		return l;
	ctlist_free(l);
	return NULL;
}

void ctlist_free(struct ctlist *l)
{
	if (!l)
		return;
	ctsock_close(&l->sock);
	free(l);
}

static void take(void *self, enum ctmsg_kind kind, const struct ctmsg *m)
{
	struct ctlist *l = self;

	if (m->sequence != l->sequence)
		return; /* the rest of one that was given up */
	switch (kind) {
	case CTMSG_ENTRY:
		l->eye.see(l->eye.self, &m->entry);
		return;
	case CTMSG_FOREIGN:
		if (l->foreign)
			l->eye.see(l->eye.self, &m->entry);
		return;
	case CTMSG_ERROR:
	case CTMSG_DONE:
		l->error = m->error;
		l->done = true;
		return;
	case CTMSG_BAD:
		l->error = -EBADMSG;
		l->done = true;
		return;
	case CTMSG_ENDED:
	case CTMSG_OTHER:
		return;
	}
}

/* The kernel writes the next part of a list while the last one is read: nothing is ever
 * waited for, and a list that stops short is an error. */
static int ask(struct ctlist *l, const void *message, size_t len, struct ctlist_eye eye)
{
	const struct ctsock_reader reader = { take, l };
	int err = ctsock_send(&l->sock, message, len);

	l->eye = eye;
	l->done = false;
	while (!err && !l->done)
		err = ctsock_read(&l->sock, &reader);
	return err ? err : l->error;
}

int ctlist_marked(struct ctlist *l, struct ctmsg_mark mark, struct ctlist_eye eye)
{
	uint32_t message[CTMSG_MOST / 4];

	return ask(l, message, ctmsg_put_list(message, ++l->sequence, AF_UNSPEC, mark),
	           eye);
}

int ctlist_every(struct ctlist *l, struct ctlist_eye eye)
{
	int err;

	l->foreign = true;
	err = ctlist_marked(l, (struct ctmsg_mark){ 0, 0 }, eye);
	l->foreign = false;
	return err;
}

/* One of many with the same ports. */
struct search {
	const struct flow_ends *ends;
	struct ctlist_eye eye;
};

static void see_likely(void *self, const struct ctmsg_entry *e)
{
	const struct search *s = self;

	if (addr_equal(e->view.client, s->ends->client) &&
	    addr_equal(e->view.server, s->ends->server) &&
	    e->view.client_port == s->ends->client_port &&
	    e->view.server_port == s->ends->server_port)
		s->eye.see(s->eye.self, e);
}

int ctlist_find(struct ctlist *l, const struct flow_ends *ends, struct ctlist_eye eye)
{
	uint32_t message[CTMSG_MOST / 4];
	struct search s = { ends, eye };

	return ask(l, message, ctmsg_put_find(message, ++l->sequence, ends),
	           (struct ctlist_eye){ see_likely, &s });
}
