/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Small UDP packets of 16 clients over many flows, as fast as one core sends them or at a
 * given rate; 64 to a system call.  "socket" sends as programs do, through the whole
 * stack; "packet" sends whole frames past it, which leaves more of the core for
 * forwarding and so loads a queue's reader harder.  A client's flows follow each other in
 * shuffled order: no neighbour in time is a neighbour in any table. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define CLIENTS       16
#define SERVERS       4
#define BATCH         64
#define FIRST_CLIENT  0x0a47010a /* 10.71.1.10 */
#define FIRST_SERVER  0x0a470202 /* 10.71.2.2 */
#define FIRST_SPORT   10000
#define FIRST_DPORT   9000
#define PAYLOAD_BYTES 18
#define PACE_NS       100000

struct frame {
	struct ether_header eth;
	struct iphdr ip;
	struct udphdr udp;
	uint8_t payload[PAYLOAD_BYTES];
} __attribute__((packed));

struct flow {
	struct frame frame;
	struct sockaddr_in to;
};

struct plan {
	struct flow *flow; /* client after client */
	size_t per_client;
	size_t batches;       /* tried so far */
	size_t next[CLIENTS]; /* flow whose turn it is */
	bool frames;
	int fd[CLIENTS];
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
};

static uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* this clock always is there */
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint16_t ip_checksum(const uint8_t *b)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(struct iphdr); i += 2)
		sum += (uint32_t)(b[i] << 8 | b[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* Every client has a source port of its own, which masquerading finds free. */
static void flow_fill(struct flow *fl, unsigned client, size_t i, const uint8_t *mac)
{
	struct frame *f = &fl->frame;

	fl->to.sin_family = AF_INET;
	fl->to.sin_addr.s_addr = htonl(FIRST_SERVER + (uint32_t)(i % SERVERS));
	fl->to.sin_port = htons((uint16_t)(FIRST_DPORT + i / SERVERS));
	memcpy(f->eth.ether_dhost, mac, ETHER_ADDR_LEN);
	f->eth.ether_shost[0] = 2;
	f->eth.ether_type = htons(ETHERTYPE_IP);
	f->ip.version = 4;
	f->ip.ihl = 5;
	f->ip.ttl = 64;
	f->ip.protocol = IPPROTO_UDP;
	f->ip.tot_len = htons(sizeof(*f) - sizeof(f->eth));
	f->ip.saddr = htonl(FIRST_CLIENT + client);
	f->ip.daddr = fl->to.sin_addr.s_addr;
	f->ip.check = ip_checksum((const uint8_t *)f + sizeof(f->eth));
	f->udp.source = htons((uint16_t)(FIRST_SPORT + client));
	f->udp.dest = fl->to.sin_port;
	f->udp.len = htons(sizeof(f->udp) + PAYLOAD_BYTES);
}

static void shuffle(struct flow *flow, size_t count)
{
	uint64_t seed = 88172645463325252;

	for (size_t i = count; i > 1; i--) {
		size_t other;
		struct flow f;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		other = (size_t)(seed % i);
		f = flow[i - 1];
		flow[i - 1] = flow[other];
		flow[other] = f;
	}
}

static int plan_flows(struct plan *p, const uint8_t *mac)
{
	p->flow = calloc(CLIENTS * p->per_client, sizeof(*p->flow));
	if (!p->flow)
		return -ENOMEM;
	for (unsigned c = 0; c < CLIENTS; c++) {
		struct flow *own = p->flow + c * p->per_client;

		for (size_t i = 0; i < p->per_client; i++)
			flow_fill(&own[i], c, i, mac);
		shuffle(own, p->per_client);
	}
	return 0;
}

static int open_packet(const char *device)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
		                  .sll_ifindex = (int)if_nametoindex(device) };
	int one = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) < 0)
		return -1;
	return fd;
}

static int open_udp(unsigned client)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	from.sin_addr.s_addr = htonl(FIRST_CLIENT + client);
	from.sin_port = htons((uint16_t)(FIRST_SPORT + client));
	if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0)
		return -1;
	return fd;
}

static int plan_sockets(struct plan *p, const char *device)
{
	for (unsigned c = 0; c < CLIENTS; c++) {
		p->fd[c] = p->frames ? open_packet(device) : open_udp(c);
		if (p->fd[c] < 0)
			return -errno;
	}
	for (int i = 0; i < BATCH; i++) {
		p->iov[i].iov_len = p->frames ? sizeof(struct frame) : PAYLOAD_BYTES;
		p->msg[i].msg_hdr.msg_iov = &p->iov[i];
		p->msg[i].msg_hdr.msg_iovlen = 1;
	}
	return 0;
}

/* The next count flows of the client whose turn it is; what could not be sent is passed
 * over. */
static size_t send_some(struct plan *p, unsigned count)
{
	unsigned client = (unsigned)(p->batches % CLIENTS);
	size_t at = p->next[client];
	int sent;

	for (unsigned i = 0; i < count; i++) {
		struct flow *f =
			&p->flow[client * p->per_client + (at + i) % p->per_client];

		p->iov[i].iov_base = p->frames ? (void *)&f->frame : f->frame.payload;
		if (!p->frames) {
			p->msg[i].msg_hdr.msg_name = &f->to;
			p->msg[i].msg_hdr.msg_namelen = sizeof(f->to);
		}
	}
	p->batches++;
	p->next[client] = (at + count) % p->per_client;
	sent = sendmmsg(p->fd[client], p->msg, count, 0);
	return sent > 0 ? (size_t)sent : 0;
}

/* Each flow has its turn at least once, however short the time. */
static size_t flood(struct plan *p, uint64_t until_ns)
{
	size_t sent = 0, round = CLIENTS * (p->per_client / BATCH + 1);

	while (now_ns() < until_ns || p->batches < round)
		sent += send_some(p, BATCH);
	return sent;
}

static size_t trickle(struct plan *p, uint64_t until_ns, unsigned per_second)
{
	uint64_t start_ns = now_ns(), now;
	size_t tried = 0, sent = 0;

	while ((now = now_ns()) < until_ns) {
		size_t due = (now - start_ns) * per_second / 1000000000;
		struct timespec pause = { 0, PACE_NS };

		while (tried < due) {
			unsigned count =
				due - tried < BATCH ? (unsigned)(due - tried) : BATCH;

			sent += send_some(p, count);
			tried += count;
		}
		(void)nanosleep(&pause, NULL); /* a shorter nap is made up for */
	}
	return sent;
}

static int mac_parse(const char *text, uint8_t *mac)
{
	unsigned b[ETHER_ADDR_LEN];

	if (sscanf(text, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]) !=
	    ETHER_ADDR_LEN)
		return -EINVAL;
	for (int i = 0; i < ETHER_ADDR_LEN; i++)
		mac[i] = (uint8_t)b[i];
	return 0;
}

/* Prints packets sent and nanoseconds taken. */
int main(int argc, char **argv)
{
	struct plan p = { 0 };
	uint8_t mac[ETHER_ADDR_LEN];
	uint64_t start_ns, until_ns;
	size_t sent;

	if (argc < 6 || mac_parse(argv[3], mac) || !strtoul(argv[4], NULL, 10)) {
		fputs("usage: flood socket|packet DEVICE GATEWAY-MAC FLOWS MILLISECONDS "
		      "[PER-SECOND]\n",
		      stderr);
		return 2;
	}
	p.frames = !strcmp(argv[1], "packet");
	p.per_client = (strtoul(argv[4], NULL, 10) + CLIENTS - 1) / CLIENTS;
	if (plan_flows(&p, mac) || plan_sockets(&p, argv[2])) {
		perror("flood");
		return 1;
	}
	start_ns = now_ns();
	until_ns = start_ns + strtoul(argv[5], NULL, 10) * 1000000;
	if (argc > 6)
		sent = trickle(&p, until_ns, (unsigned)strtoul(argv[6], NULL, 10));
	else
		sent = flood(&p, until_ns);
	printf("%zu %llu\n", sent, (unsigned long long)(now_ns() - start_ns));
	free(p.flow);
	return 0;
}
