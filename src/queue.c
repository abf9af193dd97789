/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel gives one packet a message and one message a datagram.  What costs is the
 * system calls, so a read takes up to 64 datagrams at once, and one batch verdict answers
 * them all: it accepts every packet of the queue up to a number, and numbers only grow.
 */
#include "queue.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "qmsg.h"
#include "qsocket.h"
#include "stamps.h"

#define BATCH      (QUEUE_PACKETS / 2) /* more than one in a datagram was never seen */
#define ATTRIBUTES 1024                /* room for all but the payload */
#define ANSWER_MS  2000

struct queue {
	struct queue_params p;
	struct queue_counters n;
	struct qsocket socket;
	struct stamps stamps;
	int table; /* the kernel's table of queues */
	uint8_t *buffer;
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	struct queue_packet packet[QUEUE_PACKETS];
	int packets;
	struct qsocket_mark marked[QSOCKET_MARKS]; /* packets without a verdict yet */
	unsigned marks;
	uint32_t backlog; /* read in a row without seeing the queue's end */
	uint32_t last_id;
	uint64_t unanswered; /* packets without a verdict yet, up to last_id */
	struct mono now, latest;
	int64_t wall_us; /* at now, 0 while not asked for */
	uint32_t asked;  /* the number of our message that waits for an answer, or 0 */
	int answer;
};

/* Wall-clock stamps become monotonic by their age, so that a clock that is set disturbs
 * no more than a read. */
static struct mono time_of(struct queue *q, int64_t stamp_us)
{
	struct mono t = q->now;

	if (stamp_us > 0) {
		if (!q->wall_us)
			q->wall_us = clock_epoch_us();
		if (stamp_us < q->wall_us)
			t.us -= q->wall_us - stamp_us;
		q->n.stamped++;
	}
	q->latest = mono_max(q->latest, t);
	return q->latest;
}

/* When it cannot be sent it is tried again with the next read, at the latest when the
 * caller's next tick comes. */
void queue_accept(struct queue *q)
{
	const uint32_t *last_id = q->unanswered > q->marks ? &q->last_id : NULL;

	if (q->unanswered == 0)
		return;
	if (qsocket_accept(&q->socket, last_id, q->marked, q->marks) < 0) {
		q->n.verdict_errors++;
		return;
	}
	q->n.verdicts += q->unanswered;
	q->n.marked += q->marks;
	q->unanswered = 0;
	q->marks = 0;
}

/* A packet that waits since an earlier read may leave no room; it goes without. */
void queue_mark(struct queue *q, int i, uint32_t value, uint32_t mask)
{
	const struct queue_packet *p = &q->packet[i];

	if (q->marks < QSOCKET_MARKS)
		q->marked[q->marks++] =
			(struct qsocket_mark){ p->id, (p->mark & ~mask) | value };
}

static void take_packet(struct queue *q, const struct qmsg *m)
{
	q->n.missed += (uint32_t)(m->id - q->last_id - 1); /* the first is 1 */
	q->last_id = m->id;
	q->n.packets++;
	q->unanswered++;
	if (q->packets == QUEUE_PACKETS) {
		q->n.bad_messages++;
		return;
	}
	q->packet[q->packets++] = (struct queue_packet){
		.data = m->data,
		.len = m->len,
		.in_if = m->in_if,
		.out_if = m->out_if,
		.id = m->id,
		.mark = m->mark,
		.time = time_of(q, m->stamp_us),
	};
}

static void take_answer(struct queue *q, const struct qmsg *m)
{
	if (q->asked && m->sequence == q->asked) {
		q->answer = m->error;
		q->asked = 0;
		return;
	}
	q->n.verdict_errors += m->error != 0;
}

static void take_datagram(struct queue *q, const void *data, size_t len)
{
	struct qmsg_walk w = { data, (int)len };
	enum qmsg_kind kind;
	struct qmsg m;

	while (qmsg_next(&w, &kind, &m)) {
		switch (kind) {
		case QMSG_PACKET:
			take_packet(q, &m);
			break;
		case QMSG_ERROR:
			take_answer(q, &m);
			break;
		case QMSG_OTHER:
			break;
		case QMSG_BAD:
			q->n.bad_messages++;
			break;
		}
	}
}

static int read_failed(struct queue *q)
{
	switch (errno) {
	case EAGAIN:
	case EINTR:
		return 0;
	case ENOBUFS:
		q->n.overruns++;
		return 0;
	default:
		return -errno;
	}
}

/* The kernel does not count what it passes by when the queue is full.  But then all that
 * the queue holds is read in full batches afterwards. */
static void watch_backlog(struct queue *q, uint32_t n)
{
	if (n < BATCH && n < q->p.length) {
		q->backlog = 0;
		return;
	}
	q->backlog += n;
	if (q->backlog + BATCH < q->p.length)
		return;
	q->n.full++;
	q->backlog = 0;
}

int queue_read(struct queue *q, bool wait)
{
	int n;

	q->packets = 0;
	n = recvmmsg(qsocket_fd(&q->socket), q->msg, BATCH,
	             wait ? MSG_WAITFORONE : MSG_DONTWAIT, NULL);
	if (n < 0) {
		n = read_failed(q);
		if (n < 0)
			return n;
	}
	q->now = clock_mono();
	q->wall_us = 0;
	for (int i = 0; i < n; i++)
		take_datagram(q, q->iov[i].iov_base, q->msg[i].msg_len);
	q->n.reads += n > 0;
	watch_backlog(q, (uint32_t)n);
	stamps_count(&q->stamps, (uint32_t)q->packets, q->now);
	return q->packets;
}

struct mono queue_now(const struct queue *q)
{
	return q->now;
}

const struct queue_packet *queue_packet(const struct queue *q, int i)
{
	return &q->packet[i];
}

int queue_fd(const struct queue *q)
{
	return qsocket_fd(&q->socket);
}

const struct queue_counters *queue_counters(const struct queue *q)
{
	return &q->n;
}

static int set_up(struct queue *q)
{
	const struct qsocket_params p = { .length = q->p.length,
		                          .copy_bytes = q->p.copy_bytes,
		                          .fail_open = q->p.fail_open,
		                          .sequence = 1 };

	q->asked = p.sequence;
	return qsocket_bind(&q->socket, &p);
}

/* The first packets may come before the answer: they are accepted and counted. */
static int wait_for_answer(struct queue *q)
{
	while (q->asked) {
		struct pollfd p = { .fd = queue_fd(q), .events = POLLIN };
		int n = poll(&p, 1, ANSWER_MS);

		if (n == 0)
			return -ETIMEDOUT;
		if (n < 0 && errno != EINTR)
			return -errno;
		n = queue_read(q, false);
		if (n < 0)
			return n;
		queue_accept(q);
		q->n.early += (uint64_t)n;
	}
	return q->answer;
}

int queue_close(struct queue *q)
{
	return qsocket_pass_by(&q->socket);
}

int queue_ask_kernel(const struct queue *q, struct qtable_row *row)
{
	char text[8192];
	ssize_t n = q->table < 0 ? -1 : pread(q->table, text, sizeof(text) - 1, 0);

	if (n < 0)
		return -ENOENT;
	text[n] = 0;
	return qtable_find(text, q->p.number, row) ? 0 : -ENOENT;
}

/* The kernel says EPERM for a number that is taken as well as for one not permitted. */
static void explain(const struct queue *q, int err, struct fault *f)
{
	struct qtable_row r;

	if ((err == -EPERM || err == -EBUSY) && queue_ask_kernel(q, &r) == 0)
		fault_set(f, err, "queue %u is taken by another program (port id %u)",
		          q->p.number, r.port);
	else if (err == -EPERM)
		fault_set(f, err, "queue %u: not permitted, needs root or CAP_NET_ADMIN",
		          q->p.number);
	else if (err == -EINVAL || err == -EPROTONOSUPPORT || err == -EOPNOTSUPP)
		fault_set(f, err,
		          "queue %u: this kernel lacks what we need of "
		          "nfnetlink_queue: %s",
		          q->p.number, strerror(-err));
	else
		fault_set(f, err, "queue %u: %s", q->p.number, strerror(-err));
}

static bool make_buffers(struct queue *q)
{
	size_t size = (q->p.copy_bytes + ATTRIBUTES + 7) / 8 * 8;

	q->buffer = calloc(BATCH, size);
	if (!q->buffer)
		return false;
	for (size_t i = 0; i < BATCH; i++) {
		q->iov[i].iov_base = q->buffer + i * size;
		q->iov[i].iov_len = size;
		q->msg[i].msg_hdr.msg_iov = &q->iov[i];
		q->msg[i].msg_hdr.msg_iovlen = 1;
	}
	return true;
}

struct queue *queue_new(const struct queue_params *p, struct fault *f)
{
	struct queue *q = calloc(1, sizeof(*q));
	int err = -ENOMEM;

	if (!q)
		goto fail;
	q->p = *p;
	q->table = open(QTABLE_PATH, O_RDONLY | O_CLOEXEC); /* none: no statistics */
	stamps_open(&q->stamps);
	if (!make_buffers(q))
		goto fail;
	err = qsocket_open(&q->socket, p->number, p->buffer_bytes);
	if (!err)
		err = set_up(q);
	if (!err)
		err = wait_for_answer(q);
	if (err)
		goto fail;
	return q;

fail:
	if (q)
		explain(q, err, f);
	else
		fault_set(f, err, "queue %u: out of memory", p->number);
	queue_free(q);
	return NULL;
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	qsocket_close(&q->socket);
	if (q->table >= 0)
		(void)close(q->table); /* only read from */
	stamps_close(&q->stamps);
	free(q->buffer);
	free(q);
}
