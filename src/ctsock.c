/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctsock.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

int ctsock_explain(int err, struct fault *f)
{
	if (err == -EPERM)
		return fault_set(f, err,
		                 "connection tracking: not permitted, needs root or "
		                 "CAP_NET_ADMIN");
	if (err == -EINVAL || err == -EPROTONOSUPPORT || err == -EOPNOTSUPP)
		return fault_set(f, err,
		                 "connection tracking: this kernel lacks "
		                 "nf_conntrack_netlink");
	return fault_set(f, err, "connection tracking: %s", strerror(-err));
}

int ctsock_open(struct ctsock *s, unsigned groups, struct fault *f)
{
	int one = 1;

	s->nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!s->nl || mnl_socket_bind(s->nl, groups, MNL_SOCKET_AUTOPID) < 0)
		return ctsock_explain(-errno, f);
	/* Errors need not repeat what we sent; where they must, they do no harm. */
	(void)mnl_socket_setsockopt(s->nl, NETLINK_CAP_ACK, &one, sizeof(one));
	return 0;
}

void ctsock_close(struct ctsock *s)
{
	if (s->nl)
		(void)mnl_socket_close(s->nl); /* nothing that waits in it matters */
	s->nl = NULL;
}

int ctsock_fd(const struct ctsock *s)
{
	return mnl_socket_get_fd(s->nl);
}

int ctsock_send(struct ctsock *s, const void *messages, size_t len)
{
	ssize_t n;

	do
		n = mnl_socket_sendto(s->nl, messages, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static void take_datagram(struct ctsock *s, size_t len, const struct ctsock_reader *r)
{
	struct ctmsg_walk w = { s->in, (int)len };
	enum ctmsg_kind kind;
	struct ctmsg m = { 0 }; /* one that is spoilt leaves it as it is */

	while (ctmsg_next(&w, &kind, &m))
		r->take(r->self, kind, &m);
}

/* Only the kernel may speak to us: another process could send messages that look alike.
 */
int ctsock_read(struct ctsock *s, const struct ctsock_reader *r)
{
	struct sockaddr_nl from;
	struct iovec iov = { s->in, sizeof(s->in) };
	struct msghdr h = { .msg_name = &from,
		            .msg_namelen = sizeof(from),
		            .msg_iov = &iov,
		            .msg_iovlen = 1 };
	ssize_t n;

	do
		n = recvmsg(ctsock_fd(s), &h, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (h.msg_namelen == sizeof(from) && from.nl_pid == 0)
		take_datagram(s, (size_t)n, r);
	return 0;
}
