/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "ctmsg.h"

#define TYPE(message) (NFNL_SUBSYS_CTNETLINK << 8 | (message))

static void put_tuple(struct nlmsghdr *nlh, uint16_t way, const uint32_t addr[2],
                      const uint16_t port[2], uint8_t proto)
{
	struct nlattr *tuple = mnl_attr_nest_start(nlh, way);
	struct nlattr *part = mnl_attr_nest_start(nlh, CTA_TUPLE_IP);

	mnl_attr_put_u32(nlh, CTA_IP_V4_SRC, htonl(addr[0]));
	mnl_attr_put_u32(nlh, CTA_IP_V4_DST, htonl(addr[1]));
	mnl_attr_nest_end(nlh, part);
	part = mnl_attr_nest_start(nlh, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(nlh, CTA_PROTO_NUM, proto);
	if (proto != IPPROTO_ICMP) {
		mnl_attr_put_u16(nlh, CTA_PROTO_SRC_PORT, htons(port[0]));
		mnl_attr_put_u16(nlh, CTA_PROTO_DST_PORT, htons(port[1]));
	}
	mnl_attr_nest_end(nlh, part);
	mnl_attr_nest_end(nlh, tuple);
}

static void put_counters(struct nlmsghdr *nlh, uint16_t way, uint64_t pkts,
                         uint64_t bytes)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, way);

	mnl_attr_put_u64(nlh, CTA_COUNTERS_PACKETS, htobe64(pkts));
	mnl_attr_put_u64(nlh, CTA_COUNTERS_BYTES, htobe64(bytes));
	mnl_attr_nest_end(nlh, nest);
}

/* 192.168.0.2:4000 went to 203.0.113.9:80, which is 10.0.0.7:8080, and came from
 * 203.0.113.1:61000. */
static const uint32_t orig_addr[] = { 0xc0a80002, 0xcb007109 };
static const uint32_t reply_addr[] = { 0x0a000007, 0xcb007101 };
static const uint16_t orig_port[] = { 4000, 80 }, reply_port[] = { 8080, 61000 };

static size_t put_entry(void *buf, uint16_t message, uint8_t proto)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *gen = mnl_nlmsg_put_extra_header(nlh, sizeof(*gen));

	gen->nfgen_family = AF_INET;
	nlh->nlmsg_type = (uint16_t)TYPE(message);
	nlh->nlmsg_seq = 77;
	put_tuple(nlh, CTA_TUPLE_ORIG, orig_addr, orig_port, proto);
	put_tuple(nlh, CTA_TUPLE_REPLY, reply_addr, reply_port, proto);
	put_counters(nlh, CTA_COUNTERS_ORIG, 3, 1ULL << 40);
	put_counters(nlh, CTA_COUNTERS_REPLY, 5, 6000);
	mnl_attr_put_u32(nlh, CTA_MARK, htonl(0x15000001));
	return nlh->nlmsg_len;
}

static void a_connection_is_read_as_forward_sees_it(void **state)
{
	char *buf = calloc(1, 512);
	struct ctmsg_walk w = { buf,
		                (int)put_entry(buf, IPCTNL_MSG_CT_NEW, IPPROTO_TCP) };
	enum ctmsg_kind kind;
	struct ctmsg m;

	(void)state;
	assert_true(ctmsg_next(&w, &kind, &m));
	assert_int_equal(kind, CTMSG_ENTRY);
	assert_int_equal(m.sequence, 77);
	assert_true(addr_equal(m.entry.orig.client, addr_v4(0xc0a80002)));
	assert_true(addr_equal(m.entry.orig.server, addr_v4(0xcb007109)));
	assert_int_equal(m.entry.orig.server_port, 80);
	assert_true(addr_equal(m.entry.view.client, addr_v4(0xc0a80002)));
	assert_true(addr_equal(m.entry.view.server, addr_v4(0x0a000007)));
	assert_int_equal(m.entry.view.client_port, 4000);
	assert_int_equal(m.entry.view.server_port, 8080);
	assert_int_equal(m.entry.view.proto, IPPROTO_TCP);
	assert_int_equal(m.entry.mark, 0x15000001);
	assert_true(m.entry.counted);
	assert_int_equal(m.entry.pkts[CTMSG_ORIG], 3);
	assert_true(m.entry.bytes[CTMSG_ORIG] == 1ULL << 40);
	assert_int_equal(m.entry.bytes[CTMSG_REPLY], 6000);
	assert_false(ctmsg_next(&w, &kind, &m));
	free(buf);
}

static void kinds_of_messages_are_told_apart(void **state)
{
	uint32_t buf[512] = { 0 };
	size_t at = put_entry(buf, IPCTNL_MSG_CT_DELETE, IPPROTO_UDP);
	struct nlmsgerr err = { .error = -ENOENT, .msg.nlmsg_seq = 9 };
	struct nlmsghdr *nlh;
	struct ctmsg_walk w;
	enum ctmsg_kind kind;
	struct ctmsg m;

	(void)state;
	at += put_entry((char *)buf + at, IPCTNL_MSG_CT_NEW, IPPROTO_ICMP);
	at += put_entry((char *)buf + at, IPCTNL_MSG_CT_DELETE, IPPROTO_ICMP);
	nlh = mnl_nlmsg_put_header((char *)buf + at);
	nlh->nlmsg_type = NLMSG_ERROR;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(err)), &err, sizeof(err));
	at += nlh->nlmsg_len;
	nlh = mnl_nlmsg_put_header((char *)buf + at);
	nlh->nlmsg_type = NLMSG_DONE;
	nlh->nlmsg_seq = 10;
	at += nlh->nlmsg_len;

	w = (struct ctmsg_walk){ buf, (int)at };
	assert_true(ctmsg_next(&w, &kind, &m) && kind == CTMSG_ENDED);
	assert_int_equal(m.entry.view.proto, IPPROTO_UDP);
	assert_true(ctmsg_next(&w, &kind, &m) && kind == CTMSG_FOREIGN);
	assert_int_equal(m.entry.mark, 0x15000001);
	assert_true(ctmsg_next(&w, &kind, &m) && kind == CTMSG_OTHER);
	assert_true(ctmsg_next(&w, &kind, &m) && kind == CTMSG_ERROR);
	assert_int_equal(m.error, -ENOENT);
	assert_int_equal(m.sequence, 9);
	assert_true(ctmsg_next(&w, &kind, &m) && kind == CTMSG_DONE);
	assert_int_equal(m.error, 0);
	assert_int_equal(m.sequence, 10);
	assert_false(ctmsg_next(&w, &kind, &m));
}

/* A half connection is none; half a pair of counters counts nothing. */
static void what_is_missing_is_not_made_up(void **state)
{
	uint32_t buf[128] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ctmsg_walk w;
	struct nlattr *nest;
	enum ctmsg_kind kind;
	struct ctmsg m;

	(void)state;
	nlh->nlmsg_type = TYPE(IPCTNL_MSG_CT_NEW);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	put_tuple(nlh, CTA_TUPLE_ORIG, orig_addr, orig_port, IPPROTO_TCP);
	w = (struct ctmsg_walk){ buf, (int)nlh->nlmsg_len };
	assert_true(ctmsg_next(&w, &kind, &m));
	assert_int_equal(kind, CTMSG_OTHER);

	put_tuple(nlh, CTA_TUPLE_REPLY, reply_addr, reply_port, IPPROTO_TCP);
	nest = mnl_attr_nest_start(nlh, CTA_COUNTERS_ORIG);
	mnl_attr_put_u64(nlh, CTA_COUNTERS_BYTES, 1);
	mnl_attr_nest_end(nlh, nest);
	w = (struct ctmsg_walk){ buf, (int)nlh->nlmsg_len };
	assert_true(ctmsg_next(&w, &kind, &m));
	assert_int_equal(kind, CTMSG_ENTRY);
	assert_false(m.entry.counted);
}

/* Cut anywhere, with its length field as it was and with one that fits; then with a nest
 * that is longer than what it stands in. */
static void survives_every_truncation(void **state)
{
	char whole[512];
	size_t len = put_entry(whole, IPCTNL_MSG_CT_NEW, IPPROTO_TCP);
	enum ctmsg_kind kind;
	struct ctmsg m;

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		char *part = calloc(1, cut ? MNL_ALIGN(cut) : 1);
		struct ctmsg_walk w = { part, (int)cut };

		memcpy(part, whole, cut);
		if (ctmsg_next(&w, &kind, &m))
			assert_int_equal(kind, CTMSG_BAD);
		assert_false(ctmsg_next(&w, &kind, &m));
		if (cut >= sizeof(struct nlmsghdr)) {
			((struct nlmsghdr *)(void *)part)->nlmsg_len = (uint32_t)cut;
			w = (struct ctmsg_walk){ part, (int)cut };
			while (ctmsg_next(&w, &kind, &m))
				assert_true(kind != CTMSG_ENTRY ||
				            m.entry.view.server_port == 8080);
		}
		free(part);
	}
}

static void no_length_leads_outside(void **state)
{
	static const uint32_t lengths[] = { 0,          15,         17,        0x7fffffff,
		                            0x80000000, 0xd9000000, 0xffffffff };
	uint32_t buf[4] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct ctmsg_walk w = { buf, sizeof(buf) };
		enum ctmsg_kind kind;
		struct ctmsg m;

		buf[0] = lengths[i];
		assert_true(ctmsg_next(&w, &kind, &m));
		assert_int_equal(kind, CTMSG_BAD);
		assert_false(ctmsg_next(&w, &kind, &m));
	}
}

/* What we ask for is of the same form as what the kernel tells. */
static void own_messages_can_be_read(void **state)
{
	const struct flow_ends v6 = { { 0xfd00ULL << 48, 2 },
		                      { 0x20010db8ULL << 32, 3 },
		                      40000,
		                      443,
		                      IPPROTO_UDP };
	uint32_t buf[CTMSG_MOST / 4];
	size_t longest = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		const struct ctmsg_mark mark = { 0xffffffff, 0x0f000000 };
		size_t len = i == 0   ? ctmsg_put_mark(buf, 1, &v6, mark, true)
		             : i == 1 ? ctmsg_put_look(buf, 1, &v6)
		             : i == 2 ? ctmsg_put_list(buf, 1, AF_UNSPEC, mark)
		                      : ctmsg_put_find(buf, 1, &v6);

		assert_true(mnl_nlmsg_ok((struct nlmsghdr *)(void *)buf, (int)len));
		assert_int_equal(len % 4, 0);
		longest = len > longest ? len : longest;
	}
	assert_true(longest <= CTMSG_MOST);
}

/* What is named as the kernel named it is found by that. */
static void a_name_comes_back_as_it_was(void **state)
{
	uint32_t in[128] = { 0 }, out[CTMSG_MOST / 4] = { 0 };
	size_t len = put_entry(in, IPCTNL_MSG_CT_NEW, IPPROTO_UDP);
	struct nlmsghdr *nlh = (struct nlmsghdr *)(void *)in;
	struct ctmsg_walk w = { in, 0 };
	enum ctmsg_kind kind;
	struct ctmsg m, again;
	struct nlattr *nest;

	(void)state;
	mnl_attr_put_u16(nlh, CTA_ZONE, htons(7));
	w.left = (int)nlh->nlmsg_len;
	assert_true(nlh->nlmsg_len > len);
	assert_true(ctmsg_next(&w, &kind, &m) && kind == CTMSG_ENTRY);
	assert_int_equal(m.entry.name.family, AF_INET);
	len = ctmsg_put_mark_of(out, 1, &m.entry.name, (struct ctmsg_mark){ 5, 15 });
	nlh = (struct nlmsghdr *)(void *)out;
	assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	/* As an entry it lacks the other direction only. */
	put_tuple(nlh, CTA_TUPLE_REPLY, reply_addr, reply_port, IPPROTO_UDP);
	w = (struct ctmsg_walk){ out, (int)nlh->nlmsg_len };
	assert_true(ctmsg_next(&w, &kind, &again) && kind == CTMSG_ENTRY);
	assert_memory_equal(&again.entry.name, &m.entry.name, sizeof(m.entry.name));
	assert_memory_equal(&again.entry.orig, &m.entry.orig, sizeof(m.entry.orig));
	assert_true(again.entry.name.has_zone && again.entry.name.zone == 7);
	assert_int_equal(again.entry.mark, 5);

	/* The longest that is kept, and one that is longer. */
	m.entry.name.len = CTMSG_NAME_MOST;
	assert_true(ctmsg_put_mark_of(out, 1, &m.entry.name,
	                              (struct ctmsg_mark){ 5, 15 }) <= CTMSG_MOST);
	nlh = mnl_nlmsg_put_header(in);
	nlh->nlmsg_type = TYPE(IPCTNL_MSG_CT_NEW);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	nest = mnl_attr_nest_start(nlh, CTA_TUPLE_ORIG);
	mnl_attr_put(nlh, CTA_TUPLE_MAX + 1, CTMSG_NAME_MOST, out);
	mnl_attr_nest_end(nlh, nest);
	w = (struct ctmsg_walk){ in, (int)nlh->nlmsg_len };
	assert_true(ctmsg_next(&w, &kind, &m));
	assert_int_equal(m.entry.name.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_is_read_as_forward_sees_it),
		cmocka_unit_test(kinds_of_messages_are_told_apart),
		cmocka_unit_test(what_is_missing_is_not_made_up),
		cmocka_unit_test(a_name_comes_back_as_it_was),
		cmocka_unit_test(survives_every_truncation),
		cmocka_unit_test(no_length_leads_outside),
		cmocka_unit_test(own_messages_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
