/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "neigh.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "attribute.h"

#define AGAIN   mono_ms(1000)
#define OLD     mono_ms(60000)
#define WAIT_MS 500 /* for the kernel, which answers at once */

struct entry {
	struct addr addr;
	struct mac mac;
};

struct neigh {
	struct mnl_socket *nl;
	struct entry entry[NEIGH_MAX];
	size_t count;
	bool asked;
	struct mono when;
	uint32_t sequence;
	int error;
	uint32_t buf[8192 /
	             4]; /* what the kernel fills at a time: at most a page or two */
};

void neigh_free(struct neigh *n)
{
	if (!n)
		return;
	if (n->nl)
		(void)mnl_socket_close(n->nl); /* nothing waits in it that matters */
	free(n);
}

struct neigh *neigh_new(struct fault *f)
{
	const struct timeval wait = { .tv_usec = WAIT_MS * 1000 };
	struct neigh *n = calloc(1, sizeof(*n));

	if (!n) {
		fault_set(f, -ENOMEM, "neighbours: out of memory");
		return NULL;
	}
	n->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (n->nl && mnl_socket_bind(n->nl, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    setsockopt(mnl_socket_get_fd(n->nl), SOL_SOCKET, SO_RCVTIMEO, &wait,
	               sizeof(wait)) == 0)
		return n;
	fault_set(f, -errno, "neighbours: %s", strerror(errno));
	neigh_free(n);
	return NULL;
}

static int ask(struct neigh *n)
{
	char buf[64];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ndmsg *nd;

	nlh->nlmsg_type = RTM_GETNEIGH;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++n->sequence;
	nd = mnl_nlmsg_put_extra_header(nlh, sizeof(*nd));
	nd->ndm_family = AF_UNSPEC;
	return mnl_socket_sendto(n->nl, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

static bool read_addr(struct cursor *c, struct addr *a)
{
	uint32_t v4;

	if (cur_left(c) == sizeof(v4) && cur_be32(c, &v4)) {
		*a = addr_v4(v4);
		return true;
	}
	return cur_left(c) == sizeof(*a) && cur_be64(c, &a->hi) && cur_be64(c, &a->lo);
}

static bool read_mac(struct cursor *c, struct mac *mac)
{
	const uint8_t *bytes;

	if (cur_left(c) != sizeof(*mac) || !cur_bytes(c, sizeof(*mac), &bytes))
		return false;
	memcpy(mac, bytes, sizeof(*mac));
	return true;
}

/* What has no card, or is not known to be there, is nobody's. */
static int take(const struct nlmsghdr *nlh, void *data)
{
	struct cursor c = cur_of(nlh, nlh->nlmsg_len);
	bool has_addr = false, has_mac = false;
	struct entry e = { .addr = { 0, 0 } };
	struct neigh *n = data;
	struct attribute a;
	struct ndmsg nd;

	if (nlh->nlmsg_type != RTM_NEWNEIGH || n->count == NEIGH_MAX ||
	    !cur_skip(&c, MNL_NLMSG_HDRLEN + sizeof(nd)))
		return MNL_CB_OK;
	memcpy(&nd, mnl_nlmsg_get_payload(nlh), sizeof(nd));
	while (attribute_next(&c, &a)) {
		if (a.type == NDA_DST)
			has_addr = read_addr(&a.c, &e.addr);
		if (a.type == NDA_LLADDR)
			has_mac = read_mac(&a.c, &e.mac);
	}
	if (has_addr && has_mac &&
	    !(nd.ndm_state & (NUD_INCOMPLETE | NUD_FAILED | NUD_NOARP)))
		n->entry[n->count++] = e;
	return MNL_CB_OK;
}

static int read_all(struct neigh *n)
{
	unsigned port = mnl_socket_get_portid(n->nl);
	int go_on = MNL_CB_OK;

	while (go_on > MNL_CB_STOP) {
		ssize_t len = mnl_socket_recvfrom(n->nl, n->buf, sizeof(n->buf));

		if (len < 0)
			return -errno;
		go_on = mnl_cb_run(n->buf, (size_t)len, n->sequence, port, take, n);
		/* An answer to an earlier question, which took too long. */
		if (go_on < 0 && errno == EPROTO)
			go_on = MNL_CB_OK;
	}
	return go_on < 0 ? -errno : 0;
}

static int compare(const void *a, const void *b)
{
	const struct addr *x = a, *y = b; /* an entry begins by it */

	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static void refresh(struct neigh *n, struct mono now)
{
	n->asked = true;
	n->when = now;
	n->count = 0;
	n->error = ask(n);
	if (!n->error)
		n->error = read_all(n);
	qsort(n->entry, n->count, sizeof(n->entry[0]), compare);
}

static const struct mac *find(const struct neigh *n, struct addr a)
{
	const struct entry *e =
		bsearch(&a, n->entry, n->count, sizeof(n->entry[0]), compare);

	return e ? &e->mac : NULL;
}

const struct mac *neigh_mac(struct neigh *n, struct addr a, struct mono now)
{
	const struct mac *mac = find(n, a);
	struct mono age = mono_since(now, n->when);

	if (n->asked && mono_less(age, mac ? OLD : AGAIN))
		return mac;
	refresh(n, now);
	return find(n, a);
}

int neigh_error(const struct neigh *n)
{
	return n->error;
}
