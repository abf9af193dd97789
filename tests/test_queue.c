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
#include <linux/netfilter/nfnetlink_queue.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "qmsg.h"
#include "queue.h"

static const uint8_t payload[] = { 0x45, 0, 0, 20, 1, 2, 3 };

/* A packet's message as the kernel writes it: the length is padded but for the last. */
static size_t put_packet(void *buf, uint32_t id)
{
	struct nfqnl_msg_packet_hdr hdr = { htonl(id), htons(0x800), 2 };
	struct nfqnl_msg_packet_timestamp stamp = { htobe64(12), htobe64(345678) };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *gen = mnl_nlmsg_put_extra_header(nlh, sizeof(*gen));

	gen->version = NFNETLINK_V0;
	nlh->nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET;
	mnl_attr_put(nlh, NFQA_PACKET_HDR, sizeof(hdr), &hdr);
	mnl_attr_put_u32(nlh, NFQA_IFINDEX_INDEV, htonl(3));
	mnl_attr_put_u32(nlh, NFQA_IFINDEX_OUTDEV, htonl(70000));
	mnl_attr_put(nlh, NFQA_TIMESTAMP, sizeof(stamp), &stamp);
	mnl_attr_put(nlh, NFQA_PAYLOAD, sizeof(payload), payload);
	return nlh->nlmsg_len;
}

static void a_packet_is_read(void **state)
{
	char *buf = calloc(1, 256);
	struct qmsg_walk w = { buf, (int)put_packet(buf, 42) };
	enum qmsg_kind kind;
	struct qmsg m;

	(void)state;
	assert_true(qmsg_next(&w, &kind, &m));
	assert_int_equal(kind, QMSG_PACKET);
	assert_int_equal(m.id, 42);
	assert_int_equal(m.in_if, 3);
	assert_int_equal(m.out_if, 70000);
	assert_int_equal(m.stamp_us, 12345678);
	assert_int_equal(m.len, sizeof(payload));
	assert_memory_equal(m.data, payload, sizeof(payload));
	assert_false(qmsg_next(&w, &kind, &m));
	free(buf);
}

static void several_messages_are_walked(void **state)
{
	char *buf = calloc(1, 512);
	struct nlmsghdr *nlh;
	struct nlmsgerr err = { .error = -ENOENT, .msg.nlmsg_seq = 9 };
	size_t at = 0;
	struct qmsg_walk w;
	enum qmsg_kind kind;
	struct qmsg m;

	(void)state;
	at += MNL_ALIGN(put_packet(buf, 1));
	nlh = mnl_nlmsg_put_header(buf + at);
	nlh->nlmsg_type = NLMSG_NOOP;
	at += nlh->nlmsg_len;
	nlh = mnl_nlmsg_put_header(buf + at);
	nlh->nlmsg_type = NLMSG_ERROR;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(err)), &err, sizeof(err));
	at += nlh->nlmsg_len;
	at += put_packet(buf + at, 2);

	w = (struct qmsg_walk){ buf, (int)at };
	assert_true(qmsg_next(&w, &kind, &m) && kind == QMSG_PACKET && m.id == 1);
	assert_true(qmsg_next(&w, &kind, &m) && kind == QMSG_OTHER);
	assert_true(qmsg_next(&w, &kind, &m) && kind == QMSG_ERROR);
	assert_int_equal(m.error, -ENOENT);
	assert_int_equal(m.sequence, 9);
	assert_true(qmsg_next(&w, &kind, &m) && kind == QMSG_PACKET && m.id == 2);
	assert_false(qmsg_next(&w, &kind, &m));
	free(buf);
}

/* Cut anywhere, with its length field as it was and with one that fits. */
static void survives_every_truncation(void **state)
{
	char whole[512];
	size_t len = put_packet(whole, 7);
	enum qmsg_kind kind;
	struct qmsg m;

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		char *part = calloc(1, cut ? MNL_ALIGN(cut) : 1);
		struct qmsg_walk w = { part, (int)cut };

		memcpy(part, whole, cut);
		if (qmsg_next(&w, &kind, &m))
			assert_int_equal(kind, QMSG_BAD);
		assert_false(qmsg_next(&w, &kind, &m));
		if (cut >= sizeof(struct nlmsghdr)) {
			((struct nlmsghdr *)(void *)part)->nlmsg_len = (uint32_t)cut;
			w = (struct qmsg_walk){ part, (int)cut };
			while (qmsg_next(&w, &kind, &m)) {
				if (kind == QMSG_PACKET)
					assert_int_equal(m.id, 7);
			}
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
		struct qmsg_walk w = { buf, sizeof(buf) };
		enum qmsg_kind kind;
		struct qmsg m;

		buf[0] = lengths[i];
		assert_true(qmsg_next(&w, &kind, &m));
		assert_int_equal(kind, QMSG_BAD);
		assert_false(qmsg_next(&w, &kind, &m));
	}
}

static void a_short_attribute_is_no_packet(void **state)
{
	char *buf = calloc(1, 256);
	struct qmsg_walk w;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	enum qmsg_kind kind;
	struct qmsg m;

	(void)state;
	nlh->nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	mnl_attr_put_u16(nlh, NFQA_PACKET_HDR, 1);
	w = (struct qmsg_walk){ buf, (int)nlh->nlmsg_len };
	assert_true(qmsg_next(&w, &kind, &m));
	assert_int_equal(kind, QMSG_BAD);
	free(buf);
}

static void the_kernels_table_is_read(void **state)
{
	static const char text[] = "    0   4711     1 2   128     5     6       99  1\n"
				   "   10   4712     0 2   128     0     0        7  1\n";
	struct qtable_row r = { .port = 1 };

	(void)state;
	assert_true(qtable_find(text, 0, &r));
	assert_int_equal(r.port, 4711);
	assert_int_equal(r.waiting, 1);
	assert_int_equal(r.queue_dropped, 5);
	assert_int_equal(r.user_dropped, 6);
	assert_int_equal(r.queued, 99);
	assert_true(qtable_find(text, 10, &r));
	assert_int_equal(r.queued, 7);
	assert_false(qtable_find(text, 1, &r));
	assert_false(qtable_find("", 0, &r));
	assert_false(qtable_find("0 1 2\n", 0, &r));
}

static const struct queue_params params = { .number = 5,
	                                    .length = 1024,
	                                    .copy_bytes = 128,
	                                    .buffer_bytes = 1 << 20,
	                                    .fail_open = true };

/* In a network namespace of this process's own. */
static void a_number_can_be_taken_once(void **state)
{
	struct fault f = { "" };
	struct qtable_row row;
	struct queue *q, *second;

	(void)state;
	if (unshare(CLONE_NEWNET) < 0)
		skip();
	q = queue_new(&params, &f);
	if (!q)
		fail_msg("%s", f.text);
	assert_int_equal(queue_read(q, false), 0);
	assert_int_equal(queue_ask_kernel(q, &row), 0);
	assert_int_equal(row.queued, 0);
	second = queue_new(&params, &f);
	assert_null(second);
	assert_non_null(strstr(f.text, "queue 5 is taken"));
	assert_int_equal(queue_close(q), 0);
	assert_int_equal(queue_read(q, true), 0);
	queue_free(q);
	q = queue_new(&params, &f);
	assert_non_null(q);
	queue_free(q);
	queue_free(NULL);
}

/* Not even a process that may do all that the kernel asks for. */
static void only_the_kernel_is_heard(void **state)
{
	char buf[256] = { 0 };
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct fault f = { "" };
	struct qtable_row row;
	struct queue *q;
	int fd;

	(void)state;
	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0)
		skip();
	q = queue_new(&params, &f);
	if (!q)
		fail_msg("%s", f.text);
	assert_int_equal(queue_ask_kernel(q, &row), 0);
	to.nl_pid = row.port;
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	assert_true(fd >= 0);
	assert_true(sendto(fd, buf, put_packet(buf, 1), 0, (struct sockaddr *)&to,
	                   sizeof(to)) < 0);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(queue_read(q, false), 0);
	(void)close(fd); /* nothing was written */
	queue_free(q);
}

static void who_may_not_is_told_so(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid == 0) {
		struct fault f = { "" };
		struct queue *q;

		if (unshare(CLONE_NEWNET) < 0 || setuid(65534) < 0)
			_exit(2);
		q = queue_new(&params, &f);
		_exit(q == NULL && strstr(f.text, "CAP_NET_ADMIN") ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_is_read),
		cmocka_unit_test(several_messages_are_walked),
		cmocka_unit_test(survives_every_truncation),
		cmocka_unit_test(no_length_leads_outside),
		cmocka_unit_test(a_short_attribute_is_no_packet),
		cmocka_unit_test(the_kernels_table_is_read),
		cmocka_unit_test(a_number_can_be_taken_once),
		cmocka_unit_test(only_the_kernel_is_heard),
		cmocka_unit_test(who_may_not_is_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
