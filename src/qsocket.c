/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qsocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#define MESSAGE_BYTES 256

/* A socket that is connected to the kernel hears nobody else: another process could send
 * messages that look alike.  A full buffer must not end in an error that hides which
 * packets are lost: numbers that are missing tell.  A buffer above the system's limit
 * takes privilege. */
int qsocket_open(struct qsocket *s, uint16_t number, uint32_t buffer_bytes)
{
	const struct timeval wait = { .tv_usec = QSOCKET_WAIT_MS * 1000 };
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int one = 1, bytes = (int)buffer_bytes, fd;

	*s = (struct qsocket){ .number = number };
	s->nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!s->nl || mnl_socket_bind(s->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	fd = mnl_socket_get_fd(s->nl);
	if (connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) < 0)
		return -errno;
	return 0;
}

void qsocket_close(struct qsocket *s)
{
	if (s->nl)
		(void)mnl_socket_close(s->nl); /* nothing waits that could be lost */
	s->nl = NULL;
}

int qsocket_fd(const struct qsocket *s)
{
	return mnl_socket_get_fd(s->nl);
}

static int send_messages(const struct qsocket *s, const void *buf, size_t len)
{
	ssize_t n;

	do
		n = send(mnl_socket_get_fd(s->nl), buf, len, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static int send_message(const struct qsocket *s, const struct nlmsghdr *nlh)
{
	return send_messages(s, nlh, nlh->nlmsg_len);
}

/* One message for all: a queue that is bound only drops what it gets. */
int qsocket_bind(const struct qsocket *s, const struct qsocket_params *p)
{
	char buf[MESSAGE_BYTES];
	struct nlmsghdr *nlh = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, s->number);
	uint32_t flags = NFQA_CFG_F_GSO;

	if (p->fail_open)
		flags |= NFQA_CFG_F_FAIL_OPEN;
	nfq_nlmsg_cfg_put_cmd(nlh, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	nfq_nlmsg_cfg_put_params(nlh, NFQNL_COPY_PACKET, (int)p->copy_bytes);
	nfq_nlmsg_cfg_put_qmaxlen(nlh, p->length);
	/* All flags in one attribute: a second one would replace the first. */
	mnl_attr_put_u32(nlh, NFQA_CFG_FLAGS, htonl(flags));
	mnl_attr_put_u32(nlh, NFQA_CFG_MASK, htonl(flags));
	nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = p->sequence;
	return send_message(s, nlh);
}

/* Longer than a verdict on one packet. */
#define VERDICT_BYTES 64

/* All in one datagram, whose messages the kernel takes one after the other. */
int qsocket_accept(const struct qsocket *s, const uint32_t *last_id,
                   const struct qsocket_mark *marks, unsigned count)
{
	_Alignas(8) char buf[QSOCKET_MARKS * VERDICT_BYTES + MESSAGE_BYTES];
	struct nlmsghdr *nlh;
	size_t len = 0;

	for (unsigned i = 0; i < count; i++, len += MNL_ALIGN(nlh->nlmsg_len)) {
		nlh = nfq_nlmsg_put(buf + len, NFQNL_MSG_VERDICT, s->number);
		nfq_nlmsg_verdict_put(nlh, (int)marks[i].id, NF_ACCEPT);
		nfq_nlmsg_verdict_put_mark(nlh, marks[i].mark);
	}
	if (last_id) {
		nlh = nfq_nlmsg_put(buf + len, NFQNL_MSG_VERDICT_BATCH, s->number);
		nfq_nlmsg_verdict_put(nlh, (int)*last_id, NF_ACCEPT);
		len += nlh->nlmsg_len;
	}
	return send_messages(s, buf, len);
}

int qsocket_pass_by(const struct qsocket *s)
{
	char buf[MESSAGE_BYTES];
	struct nlmsghdr *nlh = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, s->number);

	nfq_nlmsg_cfg_put_qmaxlen(nlh, 0);
	mnl_attr_put_u32(nlh, NFQA_CFG_FLAGS, htonl(NFQA_CFG_F_FAIL_OPEN));
	mnl_attr_put_u32(nlh, NFQA_CFG_MASK, htonl(NFQA_CFG_F_FAIL_OPEN));
	return send_message(s, nlh);
}
