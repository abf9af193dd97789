/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qmsg.h"

#include <arpa/inet.h>
#include <endian.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <string.h>

static uint32_t get_be32(const struct nlattr *attr)
{
	return attr ? ntohl(mnl_attr_get_u32(attr)) : 0;
}

/* nfq_nlmsg_parse() has proved the lengths of all attributes that it knows, but for the
 * packet header's and the payload's. */
static enum qmsg_kind read_packet(const struct nlmsghdr *nlh, struct qmsg *m)
{
	struct nlattr *attr[NFQA_MAX + 1] = { NULL };
	struct nfqnl_msg_packet_timestamp stamp;
	struct nfqnl_msg_packet_hdr hdr;
	bool whole;

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(struct nfgenmsg))
		return QMSG_BAD;
	/* A packet's number comes first and counts even when the rest is spoilt. */
	whole = nfq_nlmsg_parse(nlh, attr) >= 0;
	if (!attr[NFQA_PACKET_HDR] ||
	    mnl_attr_get_payload_len(attr[NFQA_PACKET_HDR]) < sizeof(hdr))
		return QMSG_BAD;
	memcpy(&hdr, mnl_attr_get_payload(attr[NFQA_PACKET_HDR]), sizeof(hdr));
	*m = (struct qmsg){ .id = ntohl(hdr.packet_id) };
	if (!whole)
		return QMSG_PACKET;
	m->in_if = get_be32(attr[NFQA_IFINDEX_INDEV]);
	m->out_if = get_be32(attr[NFQA_IFINDEX_OUTDEV]);
	if (attr[NFQA_PAYLOAD]) {
		m->data = mnl_attr_get_payload(attr[NFQA_PAYLOAD]);
		m->len = mnl_attr_get_payload_len(attr[NFQA_PAYLOAD]);
	}
	if (attr[NFQA_TIMESTAMP]) {
		memcpy(&stamp, mnl_attr_get_payload(attr[NFQA_TIMESTAMP]), sizeof(stamp));
		m->stamp_us =
			(int64_t)(be64toh(stamp.sec) * 1000000 + be64toh(stamp.usec));
	}
	return QMSG_PACKET;
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
	if (!mnl_nlmsg_ok(nlh, w->left)) {
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
