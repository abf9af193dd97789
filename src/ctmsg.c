/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctmsg.h"

#include <arpa/inet.h>
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <string.h>

#include "attribute.h"

#define TYPE(message) (NFNL_SUBSYS_CTNETLINK << 8 | (message))

/* Protocol and source port: the kernel has these bits in a header of its own
 * (net/netfilter/nf_internals.h, CTA_FILTER_F_...).  Addresses are not asked for: Linux
 * 6.18 takes an IPv6 address that is equal for one that differs. */
#define FILTER_PORT   (1 << 3 | 1 << 4)

/* One direction of a connection. */
struct tuple {
	struct addr src, dst;
	uint16_t sport, dport;
	uint8_t proto;
	bool has_src, has_dst, has_proto, has_sport, has_dport;
};

static bool read_v4(struct cursor *c, struct addr *a)
{
	uint32_t v4;

	if (!cur_be32(c, &v4))
		return false;
	*a = addr_v4(v4);
	return true;
}

static bool read_v6(struct cursor *c, struct addr *a)
{
	struct addr v6;

	if (!cur_be64(c, &v6.hi) || !cur_be64(c, &v6.lo))
		return false;
	*a = v6;
	return true;
}

static void read_addresses(struct cursor c, struct tuple *t)
{
	struct attribute a;

	while (attribute_next(&c, &a)) {
		switch (a.type) {
		case CTA_IP_V4_SRC:
			t->has_src = read_v4(&a.c, &t->src);
			break;
		case CTA_IP_V4_DST:
			t->has_dst = read_v4(&a.c, &t->dst);
			break;
		case CTA_IP_V6_SRC:
			t->has_src = read_v6(&a.c, &t->src);
			break;
		case CTA_IP_V6_DST:
			t->has_dst = read_v6(&a.c, &t->dst);
			break;
		}
	}
}

static void read_ports(struct cursor c, struct tuple *t)
{
	struct attribute a;

	while (attribute_next(&c, &a)) {
		switch (a.type) {
		case CTA_PROTO_NUM:
			t->has_proto = cur_u8(&a.c, &t->proto);
			break;
		case CTA_PROTO_SRC_PORT:
			t->has_sport = cur_be16(&a.c, &t->sport);
			break;
		case CTA_PROTO_DST_PORT:
			t->has_dport = cur_be16(&a.c, &t->dport);
			break;
		}
	}
}

static void read_tuple(struct cursor c, struct tuple *t)
{
	struct attribute a;

	while (attribute_next(&c, &a)) {
		if (a.type == CTA_TUPLE_IP)
			read_addresses(a.c, t);
		else if (a.type == CTA_TUPLE_PROTO)
			read_ports(a.c, t);
	}
}

static bool is_foreign(const struct tuple *t)
{
	return t->has_proto && t->proto != IPPROTO_TCP && t->proto != IPPROTO_UDP;
}

static bool is_whole(const struct tuple *t)
{
	return t->has_proto && !is_foreign(t) && t->has_src && t->has_dst &&
	       t->has_sport && t->has_dport;
}

static void read_counters(struct cursor c, struct ctmsg_entry *e, int way)
{
	bool packets = false, bytes = false;
	struct attribute a;

	while (attribute_next(&c, &a)) {
		if (a.type == CTA_COUNTERS_PACKETS)
			packets = cur_be64(&a.c, &e->pkts[way]);
		else if (a.type == CTA_COUNTERS_BYTES)
			bytes = cur_be64(&a.c, &e->bytes[way]);
	}
	e->counted = packets && bytes;
}

static void read_name(const struct cursor *c, struct ctmsg_name *n)
{
	size_t len = cur_left(c);

	if (len > sizeof(n->tuple))
		return;
	memcpy(n->tuple, c->p, len);
	n->len = (uint8_t)len;
}

static void read_attributes(struct cursor c, struct ctmsg_entry *e, struct tuple way[2])
{
	struct attribute a;

	while (attribute_next(&c, &a)) {
		switch (a.type) {
		case CTA_TUPLE_ORIG:
			read_tuple(a.c, &way[CTMSG_ORIG]);
			read_name(&a.c, &e->name);
			break;
		case CTA_TUPLE_REPLY:
			read_tuple(a.c, &way[CTMSG_REPLY]);
			break;
		case CTA_ZONE:
			e->name.has_zone = cur_be16(&a.c, &e->name.zone);
			break;
		case CTA_MARK:
			(void)cur_be32(&a.c, &e->mark);
			break;
		case CTA_COUNTERS_ORIG:
			read_counters(a.c, e, CTMSG_ORIG);
			break;
		case CTA_COUNTERS_REPLY:
			read_counters(a.c, e, CTMSG_REPLY);
			break;
		}
	}
}

/* What FORWARD sees of the first packet: its source is not translated yet, and its
 * destination is where replies come from. */
static enum ctmsg_kind read_entry(const struct nlmsghdr *nlh, enum ctmsg_kind kind,
                                  struct ctmsg_entry *e)
{
	struct cursor c = cur_of(nlh, nlh->nlmsg_len);
	struct tuple way[2] = { { .proto = 0 }, { .proto = 0 } };
	const struct tuple *orig = &way[CTMSG_ORIG], *reply = &way[CTMSG_REPLY];

	*e = (struct ctmsg_entry){ .mark = 0 };
	if (!cur_skip(&c, MNL_NLMSG_HDRLEN) || !cur_u8(&c, &e->name.family) ||
	    !cur_skip(&c, sizeof(struct nfgenmsg) - sizeof(e->name.family)))
		return CTMSG_BAD;
	read_attributes(c, e, way);
	if (kind == CTMSG_ENTRY && is_foreign(orig))
		return CTMSG_FOREIGN;
	if (!is_whole(orig) || !is_whole(reply) || orig->proto != reply->proto)
		return CTMSG_OTHER;
	e->orig = (struct flow_ends){ orig->src, orig->dst, orig->sport, orig->dport,
		                      orig->proto };
	e->view = (struct flow_ends){ orig->src, reply->src, orig->sport, reply->sport,
		                      orig->proto };
	return kind;
}

static enum ctmsg_kind read_error(const struct nlmsghdr *nlh, struct ctmsg *m)
{
	struct nlmsgerr err;

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(err))
		return CTMSG_BAD;
	memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	m->error = err.error;
	m->sequence = err.msg.nlmsg_seq;
	return CTMSG_ERROR;
}

static enum ctmsg_kind read_done(const struct nlmsghdr *nlh, struct ctmsg *m)
{
	m->error = 0;
	if (nlh->nlmsg_len >= MNL_NLMSG_HDRLEN + sizeof(m->error))
		memcpy(&m->error, mnl_nlmsg_get_payload(nlh), sizeof(m->error));
	return CTMSG_DONE;
}

static enum ctmsg_kind read_message(const struct nlmsghdr *nlh, struct ctmsg *m)
{
	m->sequence = nlh->nlmsg_seq;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		return read_error(nlh, m);
	case NLMSG_DONE:
		return read_done(nlh, m);
	case TYPE(IPCTNL_MSG_CT_NEW):
		return read_entry(nlh, CTMSG_ENTRY, &m->entry);
	case TYPE(IPCTNL_MSG_CT_DELETE):
		return read_entry(nlh, CTMSG_ENDED, &m->entry);
	default:
		return CTMSG_OTHER;
	}
}

bool ctmsg_next(struct ctmsg_walk *w, enum ctmsg_kind *kind, struct ctmsg *m)
{
	const struct nlmsghdr *nlh = w->at;

	if (w->left <= 0)
		return false;
	if (!attribute_holder_ok(nlh, w->left)) {
		w->left = 0;
		*kind = CTMSG_BAD;
		return true;
	}
	w->at = mnl_nlmsg_next(nlh, &w->left);
	*kind = read_message(nlh, m);
	return true;
}

static struct nlmsghdr *put_header(void *buf, uint32_t sequence, uint16_t message,
                                   uint8_t family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *gen = mnl_nlmsg_put_extra_header(nlh, sizeof(*gen));

	nlh->nlmsg_type = (uint16_t)TYPE(message);
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = sequence;
	gen->nfgen_family = family;
	gen->version = NFNETLINK_V0;
	return nlh;
}

/* The kernel XORs the value into what the mask leaves: bits outside would flip. */
static void put_mark(struct nlmsghdr *nlh, struct ctmsg_mark mark)
{
	mnl_attr_put_u32(nlh, CTA_MARK, htonl(mark.value & mark.mask));
	mnl_attr_put_u32(nlh, CTA_MARK_MASK, htonl(mark.mask));
}

static void put_address(struct nlmsghdr *nlh, struct addr a, uint16_t v4, uint16_t v6)
{
	uint64_t both[2] = { htobe64(a.hi), htobe64(a.lo) };

	if (addr_is_v4(a))
		mnl_attr_put_u32(nlh, v4, htonl((uint32_t)a.lo));
	else
		mnl_attr_put(nlh, v6, sizeof(both), both);
}

static void put_tuple(struct nlmsghdr *nlh, const struct flow_ends *ends)
{
	struct nlattr *tuple = mnl_attr_nest_start(nlh, CTA_TUPLE_ORIG);
	struct nlattr *part = mnl_attr_nest_start(nlh, CTA_TUPLE_IP);

	put_address(nlh, ends->client, CTA_IP_V4_SRC, CTA_IP_V6_SRC);
	put_address(nlh, ends->server, CTA_IP_V4_DST, CTA_IP_V6_DST);
	mnl_attr_nest_end(nlh, part);
	part = mnl_attr_nest_start(nlh, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(nlh, CTA_PROTO_NUM, ends->proto);
	mnl_attr_put_u16(nlh, CTA_PROTO_SRC_PORT, htons(ends->client_port));
	mnl_attr_put_u16(nlh, CTA_PROTO_DST_PORT, htons(ends->server_port));
	mnl_attr_nest_end(nlh, part);
	mnl_attr_nest_end(nlh, tuple);
}

/* The port that packets of one direction come from. */
static void put_port(struct nlmsghdr *nlh, uint16_t way, uint16_t port, uint8_t proto)
{
	struct nlattr *tuple = mnl_attr_nest_start(nlh, way);
	struct nlattr *part = mnl_attr_nest_start(nlh, CTA_TUPLE_PROTO);

	mnl_attr_put_u8(nlh, CTA_PROTO_NUM, proto);
	mnl_attr_put_u16(nlh, CTA_PROTO_SRC_PORT, htons(port));
	mnl_attr_nest_end(nlh, part);
	mnl_attr_nest_end(nlh, tuple);
}

static uint8_t family_of(const struct flow_ends *ends)
{
	return addr_is_v4(ends->client) ? AF_INET : AF_INET6;
}

size_t ctmsg_put_mark(void *buf, uint32_t sequence, const struct flow_ends *ends,
                      struct ctmsg_mark mark, bool acknowledge)
{
	struct nlmsghdr *nlh =
		put_header(buf, sequence, IPCTNL_MSG_CT_NEW, family_of(ends));

	nlh->nlmsg_flags |= acknowledge ? NLM_F_ACK : 0;
	put_tuple(nlh, ends);
	put_mark(nlh, mark);
	return nlh->nlmsg_len;
}

size_t ctmsg_put_mark_of(void *buf, uint32_t sequence, const struct ctmsg_name *name,
                         struct ctmsg_mark mark)
{
	struct nlmsghdr *nlh = put_header(buf, sequence, IPCTNL_MSG_CT_NEW, name->family);

	nlh->nlmsg_flags |= NLM_F_ACK;
	mnl_attr_put(nlh, CTA_TUPLE_ORIG | NLA_F_NESTED, name->len, name->tuple);
	if (name->has_zone)
		mnl_attr_put_u16(nlh, CTA_ZONE, htons(name->zone));
	put_mark(nlh, mark);
	return nlh->nlmsg_len;
}

size_t ctmsg_put_look(void *buf, uint32_t sequence, const struct flow_ends *ends)
{
	struct nlmsghdr *nlh =
		put_header(buf, sequence, IPCTNL_MSG_CT_GET, family_of(ends));

	put_tuple(nlh, ends);
	return nlh->nlmsg_len;
}

size_t ctmsg_put_list(void *buf, uint32_t sequence, uint8_t family,
                      struct ctmsg_mark mark)
{
	struct nlmsghdr *nlh = put_header(buf, sequence, IPCTNL_MSG_CT_GET, family);

	nlh->nlmsg_flags |= NLM_F_DUMP;
	if (mark.mask)
		put_mark(nlh, mark);
	return nlh->nlmsg_len;
}

size_t ctmsg_put_find(void *buf, uint32_t sequence, const struct flow_ends *ends)
{
	struct nlmsghdr *nlh =
		put_header(buf, sequence, IPCTNL_MSG_CT_GET, family_of(ends));
	struct nlattr *filter = mnl_attr_nest_start(nlh, CTA_FILTER);

	nlh->nlmsg_flags |= NLM_F_DUMP;
	mnl_attr_put_u32(nlh, CTA_FILTER_ORIG_FLAGS, FILTER_PORT);
	mnl_attr_put_u32(nlh, CTA_FILTER_REPLY_FLAGS, FILTER_PORT);
	mnl_attr_nest_end(nlh, filter);
	put_port(nlh, CTA_TUPLE_ORIG, ends->client_port, ends->proto);
	put_port(nlh, CTA_TUPLE_REPLY, ends->server_port, ends->proto);
	return nlh->nlmsg_len;
}
