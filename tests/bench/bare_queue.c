/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The least that a queue's reader can do, as fast as we know how: read 64 messages at
 * once, accept them all with one batch verdict, look at nothing.  Fail-open and
 * superpackets whole, as the daemon has it.  Several queues have a thread each. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH         64
#define MESSAGE_BYTES 512
#define RECEIVE_BYTES (64 << 20)
#define QUEUE_PACKETS 8192
#define COPY_BYTES    128
#define MOST_QUEUES   8

struct request {
	struct nlmsghdr nl;
	struct nfgenmsg nf;
	uint8_t attr[64];
};

static volatile sig_atomic_t ended;

static void on_end(int sig)
{
	(void)sig;
	ended = 1;
}

static void request_start(struct request *r, uint16_t type, uint16_t queue)
{
	memset(r, 0, sizeof(*r));
	r->nl.nlmsg_len = NLMSG_LENGTH(sizeof(r->nf));
	r->nl.nlmsg_type = (uint16_t)(NFNL_SUBSYS_QUEUE << 8 | type);
	r->nl.nlmsg_flags = NLM_F_REQUEST;
	r->nf.version = NFNETLINK_V0;
	r->nf.res_id = htons(queue);
}

static void request_put(struct request *r, uint16_t type, const void *value, size_t len)
{
	struct nlattr a = { (uint16_t)(NLA_HDRLEN + len), type };
	uint8_t *at = (uint8_t *)r + r->nl.nlmsg_len;

	memcpy(at, &a, sizeof(a));
	memcpy(at + NLA_HDRLEN, value, len);
	r->nl.nlmsg_len += (uint32_t)(NLA_HDRLEN + NLA_ALIGN(len));
}

static int configure(int fd, uint16_t queue)
{
	struct nfqnl_msg_config_cmd bind_cmd = { .command = NFQNL_CFG_CMD_BIND };
	struct nfqnl_msg_config_params params = { htonl(COPY_BYTES), NFQNL_COPY_PACKET };
	uint32_t length = htonl(QUEUE_PACKETS);
	uint32_t flags = htonl(NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO);
	struct request r;

	request_start(&r, NFQNL_MSG_CONFIG, queue);
	request_put(&r, NFQA_CFG_CMD, &bind_cmd, sizeof(bind_cmd));
	if (send(fd, &r, r.nl.nlmsg_len, 0) < 0)
		return -errno;
	request_start(&r, NFQNL_MSG_CONFIG, queue);
	request_put(&r, NFQA_CFG_PARAMS, &params, sizeof(params));
	request_put(&r, NFQA_CFG_QUEUE_MAXLEN, &length, sizeof(length));
	request_put(&r, NFQA_CFG_FLAGS, &flags, sizeof(flags));
	request_put(&r, NFQA_CFG_MASK, &flags, sizeof(flags));
	return send(fd, &r, r.nl.nlmsg_len, 0) < 0 ? -errno : 0;
}

static int open_queue(uint16_t queue)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	struct sockaddr_nl at = { .nl_family = AF_NETLINK };
	int bytes = RECEIVE_BYTES, one = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &one, sizeof(one)) < 0 ||
	    configure(fd, queue))
		return -1;
	return fd;
}

/* The kernel puts the packet header, with the id, first into each message. */
static uint32_t message_id(const uint8_t *message)
{
	struct nfqnl_msg_packet_hdr hdr;

	memcpy(&hdr, message + NLMSG_LENGTH(sizeof(struct nfgenmsg)) + NLA_HDRLEN,
	       sizeof(hdr));
	return hdr.packet_id;
}

struct reader {
	pthread_t thread;
	int fd;
	uint16_t queue;
	uint64_t packets;
};

static void *accept_all(void *arg)
{
	struct reader *reader = arg;
	_Alignas(8) uint8_t buf[BATCH][MESSAGE_BYTES];
	struct mmsghdr msg[BATCH] = { 0 };
	struct iovec iov[BATCH];

	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ buf[i], MESSAGE_BYTES };
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	while (!ended) {
		struct nfqnl_msg_verdict_hdr verdict = { .verdict = htonl(NF_ACCEPT) };
		int n = recvmmsg(reader->fd, msg, BATCH, MSG_WAITFORONE, NULL);
		struct request r;

		if (n <= 0)
			continue;
		verdict.id = message_id(buf[n - 1]);
		request_start(&r, NFQNL_MSG_VERDICT_BATCH, reader->queue);
		request_put(&r, NFQA_VERDICT_HDR, &verdict, sizeof(verdict));
		if (send(reader->fd, &r, r.nl.nlmsg_len, 0) < 0)
			perror("bare_queue: verdict");
		reader->packets += (uint64_t)n;
	}
	return NULL;
}

/* Numbers of queues, 0 without any.  Prints the packets it read when it is told to end.
 */
int main(int argc, char **argv)
{
	struct reader reader[MOST_QUEUES] = { { .queue = 0 } };
	struct sigaction end = { .sa_handler = on_end };
	int queues = argc > 1 ? argc - 1 : 1;
	uint64_t packets = 0;

	(void)sigaction(SIGTERM, &end, NULL); /* cannot fail for this signal */
	for (int i = 0; i < queues && i < MOST_QUEUES; i++) {
		struct reader *r = &reader[i];

		r->queue = (uint16_t)(argc > 1 ? strtoul(argv[i + 1], NULL, 10) : 0);
		r->fd = open_queue(r->queue);
		if (r->fd < 0 ||
		    (i > 0 && pthread_create(&r->thread, NULL, accept_all, r))) {
			perror("bare_queue");
			return 1;
		}
	}
	(void)accept_all(&reader[0]);
	for (int i = 0; i < queues && i < MOST_QUEUES; i++)
		packets += reader[i].packets;
	printf("%llu\n", (unsigned long long)packets);
	return 0;
}
