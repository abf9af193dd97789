/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel does the work of a message while it is sent, so that when sendmsg() returns
 * all answers lie in our socket.  It answers errors, and the last change of a batch: what
 * was not answered was done.
 *
 * A connection is found by the packets of either direction as they come in.  FORWARD
 * shows them after DNAT and before SNAT: that is how the original direction comes in,
 * unless its destination is translated; then it is how replies come in, turned around. So
 * what the first try does not find, a second one looks for the other way. */
#include "ctmark.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH  32
#define ANSWER 16384 /* many times a connection's description */

struct ctmark {
	struct ctmark_eye eye;
	struct ctmark_counters n;
	struct mnl_socket *nl;
	struct ctmark_change change[BATCH];
	int error[BATCH]; /* of the changes of the last try */
	unsigned waiting;
	uint32_t sequence; /* of the last try's first message */
	uint32_t out[BATCH * 2 * CTMSG_MOST / 4], in[ANSWER / 4];
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

static void take_error(struct ctmark *c, const struct ctmsg *m)
{
	uint32_t at = m->sequence - c->sequence;

	/* Who could not be changed cannot be looked at either. */
	if (at < 2 * c->waiting && at % 2 == 0)
		c->error[at / 2] = m->error;
}

static void take_datagram(struct ctmark *c, size_t len)
{
	struct ctmsg_walk w = { c->in, (int)len };
	enum ctmsg_kind kind;
	struct ctmsg m;

	while (ctmsg_next(&w, &kind, &m)) {
		switch (kind) {
		case CTMSG_ERROR:
			take_error(c, &m);
			break;
		case CTMSG_ENTRY:
			if (c->eye.see)
				c->eye.see(c->eye.self, &m.entry);
			break;
		case CTMSG_ENDED:
		case CTMSG_DONE:
		case CTMSG_OTHER:
		case CTMSG_BAD:
			break;
		}
	}
}

/* Everything that waits, until there is nothing more.  false when answers were lost. */
static bool read_answers(struct ctmark *c)
{
	struct sockaddr_nl from;
	struct iovec iov = { c->in, sizeof(c->in) };
	bool whole = true;
	ssize_t n;

	for (;;) {
		struct msghdr h = { .msg_name = &from,
			            .msg_namelen = sizeof(from),
			            .msg_iov = &iov,
			            .msg_iovlen = 1 };

		n = recvmsg(mnl_socket_get_fd(c->nl), &h, MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return whole;
		if (n < 0 && errno != EINTR)
			whole = false; /* ENOBUFS: what the buffer holds is still good */
		/* Only the kernel may speak to us. */
		if (n > 0 && h.msg_namelen == sizeof(from) && from.nl_pid == 0)
			take_datagram(c, (size_t)n);
	}
}

/* Send what waits, and learn what came of it.  0 or -errno. */
static int try(struct ctmark *c)
{
	size_t len;
	ssize_t n;

	memset(c->error, 0, sizeof(c->error));
	c->sequence += 2 * BATCH;
	len = put_messages(c);
	do
		n = mnl_socket_sendto(c->nl, c->out, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return read_answers(c) ? 0 : -ENOBUFS;
}

/* Keep those that were not found, turned around; count the others. */
static void sift(struct ctmark *c, bool last)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < c->waiting; i++) {
		struct ctmark_change *change = &c->change[i];

		if (c->error[i] == -ENOENT && !last) {
			c->change[kept] = *change;
			c->change[kept++].ends = turned(&change->ends);
			continue;
		}
		c->n.set += c->error[i] == 0;
		c->n.gone += c->error[i] == -ENOENT;
		c->n.failed += c->error[i] != 0 && c->error[i] != -ENOENT;
	}
	c->waiting = kept;
}

void ctmark_flush(struct ctmark *c)
{
	for (int turn = 0; turn < 2 && c->waiting > 0; turn++) {
		if (try(c) < 0) {
			c->n.failed += c->waiting;
			c->waiting = 0;
		}
		sift(c, turn == 1);
	}
}

void ctmark_put(struct ctmark *c, const struct ctmark_change *change)
{
	c->change[c->waiting++] = *change;
	if (c->waiting == BATCH)
		ctmark_flush(c);
}

const struct ctmark_counters *ctmark_counters(const struct ctmark *c)
{
	return &c->n;
}

/* Nobody has a connection from port 0 to nowhere: a kernel that can says so. */
static int probe(struct ctmark *c)
{
	c->change[0] = (struct ctmark_change){
		.ends = { addr_v4(0), addr_v4(0), 0, 0, 17 },
	};
	c->waiting = 1;
	int err = try(c);

	c->waiting = 0;
	return err ? err : c->error[0] == -ENOENT ? 0 : c->error[0];
}

static int make_socket(struct ctmark *c)
{
	int one = 1;

	c->nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!c->nl || mnl_socket_bind(c->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	/* Errors need not repeat what we sent.  Kernels that cannot do without do it. */
	(void)mnl_socket_setsockopt(c->nl, NETLINK_CAP_ACK, &one, sizeof(one));
	return 0;
}

static void explain(int err, struct fault *f)
{
	if (err == -EPERM)
		fault_set(f, err,
		          "connection marks: not permitted, needs root or CAP_NET_ADMIN");
	else if (err == -EINVAL || err == -EPROTONOSUPPORT || err == -EOPNOTSUPP)
		fault_set(f, err,
		          "connection marks: this kernel lacks nf_conntrack_netlink");
	else
		fault_set(f, err, "connection marks: %s", strerror(-err));
}

struct ctmark *ctmark_new(struct ctmark_eye eye, struct fault *f)
{
	struct ctmark *c = calloc(1, sizeof(*c));
	int err = -ENOMEM;

	if (!c)
		goto fail;
	c->eye = eye;
	err = make_socket(c);
	if (!err)
		err = probe(c);
	if (err)
		goto fail;
	return c;

fail:
	explain(err, f);
	ctmark_free(c);
	return NULL;
}

void ctmark_free(struct ctmark *c)
{
	if (!c)
		return;
	if (c->nl)
		(void)mnl_socket_close(c->nl); /* nothing waits in it */
	free(c);
}
