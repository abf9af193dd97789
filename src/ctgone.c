/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctgone.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_compat.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BUFFER_BYTES (1 << 20)

struct ctgone {
	struct ctsock sock;
	struct ctmsg_entry entry;
	bool has_entry;
	uint64_t lost;
};

/* Nobody is to be woken by connections that are not ours: a socket filter looks for the
 * mark among the message's attributes.  A loaded attribute is found in network order. */
static int filter(struct ctgone *g, uint32_t mask)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_IMM, MNL_NLMSG_HDRLEN + sizeof(struct nfgenmsg)),
		BPF_STMT(BPF_LDX | BPF_IMM, CTA_MARK),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
		         (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, NLA_HDRLEN),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, mask, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(ctgone_fd(g), SOL_SOCKET, SO_ATTACH_FILTER, &program,
	                  sizeof(program)) < 0
	               ? -errno
	               : 0;
}

struct ctgone *ctgone_new(uint32_t mask, struct fault *f)
{
	struct ctgone *g = calloc(1, sizeof(*g));
	int bytes = BUFFER_BYTES, err;

	if (!g) {
		fault_set(f, -ENOMEM, "connection tracking: out of memory");
		return NULL;
	}
	if (ctsock_open(&g->sock, NF_NETLINK_CONNTRACK_DESTROY, f) < 0)
		goto fail;
	err = filter(g, mask);
	if (err) {
		ctsock_explain(err, f);
		goto fail;
	}
	/* The usual size only loses more of many that end at once. */
	(void)setsockopt(ctgone_fd(g), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	return g;

fail:
	ctgone_free(g);
	return NULL;
}

void ctgone_free(struct ctgone *g)
{
	if (!g)
		return;
	ctsock_close(&g->sock);
	free(g);
}

int ctgone_fd(const struct ctgone *g)
{
	return ctsock_fd(&g->sock);
}

/* The kernel puts one event into a datagram. */
static void take(void *self, enum ctmsg_kind kind, const struct ctmsg *m)
{
	struct ctgone *g = self;

	if (kind != CTMSG_ENDED)
		return;
	g->entry = m->entry;
	g->has_entry = true;
}

bool ctgone_next(struct ctgone *g, struct ctmsg_entry *e)
{
	const struct ctsock_reader reader = { take, g };
	int err = 0;

	g->has_entry = false;
	while (!g->has_entry && (err == 0 || err == -ENOBUFS)) {
		err = ctsock_read(&g->sock, &reader);
		g->lost += err == -ENOBUFS;
	}
	if (g->has_entry)
		*e = g->entry;
	return g->has_entry;
}

uint64_t ctgone_lost(const struct ctgone *g)
{
	return g->lost;
}
