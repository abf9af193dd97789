/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qmsg.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <string.h>

#include "attribute.h"

static void read_stamp(struct cursor *c, struct qmsg *m)
{
	uint64_t sec, usec;

	if (cur_be64(c, &sec) && cur_be64(c, &usec))
		m->stamp_us = (int64_t)(sec * 1000000 + usec);
}

/* A packet's number comes first and counts even when the rest is spoilt: what is missing
 * is as if the kernel had not said it. */
static enum qmsg_kind read_packet(const struct nlmsghdr *nlh, struct qmsg *m)
{
	struct cursor c = cur_of(nlh, nlh->nlmsg_len);
	bool has_id = false;
	struct attribute a;

	*m = (struct qmsg){ 0 };
	if (!cur_skip(&c, MNL_NLMSG_HDRLEN + sizeof(struct nfgenmsg)))
		return QMSG_BAD;
	while (attribute_next(&c, &a)) {
		switch (a.type) {
		case NFQA_PACKET_HDR:
			has_id = cur_be32(&a.c, &m->id);
			break;
		case NFQA_IFINDEX_INDEV:
			(void)cur_be32(&a.c, &m->in_if);
			break;
		case NFQA_IFINDEX_OUTDEV:
			(void)cur_be32(&a.c, &m->out_if);
			break;
		case NFQA_MARK:
			(void)cur_be32(&a.c, &m->mark);
			break;
		case NFQA_TIMESTAMP:
			read_stamp(&a.c, m);
			break;
		case NFQA_PAYLOAD:
			m->len = (uint32_t)cur_left(&a.c);
			m->data = a.c.p;
			break;
		}
	}
	return has_id ? QMSG_PACKET : QMSG_BAD;
}

static enum qmsg_kind read_error(const struct nlmsghdr *nlh, struct qmsg *m)
{
	struct nlmsgerr err;

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(err))
		return QMSG_BAD;
	memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	*m = (struct qmsg){ .error = err.error, .sequence = err.msg.nlmsg_seq };
	return QMSG_ERROR;
}

bool qmsg_next(struct qmsg_walk *w, enum qmsg_kind *kind, struct qmsg *m)
{
	const struct nlmsghdr *nlh = w->at;

	if (w->left <= 0)
		return false;
	if (!attribute_holder_ok(nlh, w->left)) {
		w->left = 0;
		*kind = QMSG_BAD;
		return true;
	}
	w->at = mnl_nlmsg_next(nlh, &w->left);
	if (nlh->nlmsg_type == NLMSG_ERROR)
		*kind = read_error(nlh, m);
	else if (nlh->nlmsg_type == (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET))
		*kind = read_packet(nlh, m);
	else
		*kind = QMSG_OTHER;
	return true;
}
