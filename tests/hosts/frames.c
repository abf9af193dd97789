/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define ETH_BYTES 14

int64_t wire_now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail for this clock */
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* A packet socket of the namespace; the process stays where it was. */
static int socket_in(const char *netns, uint16_t type)
{
	char path[128];
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there, fd = -1;

	(void)snprintf(path, sizeof(path), "/run/netns/%s", netns);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (home >= 0 && there >= 0 && setns(there, CLONE_NEWNET) == 0) {
		fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(type));
		if (setns(home, CLONE_NEWNET) < 0) {
			(void)close(fd); /* of no use to anyone */
			fd = -1;
		}
	}
	if (there >= 0)
		(void)close(there); /* nothing was written */
	if (home >= 0)
		(void)close(home); /* the same */
	return fd;
}

static bool wire_bind(struct wire *w, const char *iface, uint16_t type)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(type) };
	struct ifreq req = { 0 };
	int on = 1;

	(void)snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", iface);
	if (ioctl(w->fd, SIOCGIFINDEX, &req) < 0)
		return false;
	w->ifindex = at.sll_ifindex = req.ifr_ifindex;
	if (ioctl(w->fd, SIOCGIFHWADDR, &req) < 0)
		return false;
	memcpy(w->from, req.ifr_hwaddr.sa_data, sizeof(w->from));
	return setsockopt(w->fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) == 0 &&
	       bind(w->fd, (struct sockaddr *)&at, sizeof(at)) == 0;
}

bool wire_open(struct wire *w, const char *where, bool v6)
{
	uint16_t type = v6 ? ETH_P_IPV6 : ETH_P_IP;
	char netns[64], iface[IFNAMSIZ];
	uint8_t *m = w->to;

	if (sscanf(where, "%63[^/]/%15[^/]/%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", netns, iface,
	           &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) != 8) {
		fprintf(stderr, "replay: '%s' is not NETNS/IFACE/MAC\n", where);
		return false;
	}
	w->v6 = v6;
	w->fd = socket_in(netns, type);
	if (w->fd < 0 || !wire_bind(w, iface, type)) {
		fprintf(stderr, "replay: %s: %s\n", where, strerror(errno));
		return false;
	}
	return true;
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

/* The Internet checksum's sum, folded (RFC 1071); len is even. */
static unsigned sum_of(const uint8_t *p, size_t len, unsigned sum)
{
	for (size_t i = 0; i < len; i += 2)
		sum += get16(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

struct ends {
	uint32_t src, dst;
	uint16_t sport, dport;
};

/* The server knows the client by what NAT made of it; nothing is translated in IPv6. */
static struct ends ends_of(const struct replay_flow *f, bool from_client, bool v6)
{
	if (from_client)
		return (struct ends){ f->client, f->server, f->client_port,
			              f->server_port };
	if (v6)
		return (struct ends){ f->server, f->client, f->server_port,
			              f->client_port };
	return (struct ends){ f->server, f->nat_addr, f->server_port, f->nat_port };
}

/* Returns the sum of the pseudo-header, which the kernel completes. */
static unsigned put_v4(uint8_t *ip, const struct ends *e, uint8_t proto, unsigned l4_len,
                       unsigned id)
{
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, 20 + l4_len);
	put16(ip + 4, id);
	put16(ip + 6, 0x4000); /* do not fragment */
	ip[8] = 64;
	ip[9] = proto;
	put32(ip + 12, e->src);
	put32(ip + 16, e->dst);
	put16(ip + 10, ~sum_of(ip, 20, 0) & 0xffff);
	return sum_of(ip + 12, 8, proto + l4_len);
}

/* fd00:12::100 for the client ending in .100, 2001:db8:18:: and the IPv4 address for
 * servers: theirs are not private, as the captured ones were not. */
static void put_addr6(uint8_t *p, uint32_t v4)
{
	unsigned last = v4 & 0xff;

	memset(p, 0, 16);
	if (v4 >> 16 == 0xc0a8) {
		put32(p, 0xfd000012);
		put16(p + 14, last / 100 << 8 | (last / 10 % 10) << 4 | last % 10);
	} else {
		put32(p, 0x20010db8);
		put16(p + 4, 0x18);
		put32(p + 12, v4);
	}
}

static unsigned put_v6(uint8_t *ip, const struct ends *e, uint8_t proto, unsigned l4_len,
                       unsigned label)
{
	memset(ip, 0, 40);
	put32(ip, 0x60000000 | label);
	put16(ip + 4, l4_len);
	ip[6] = proto;
	ip[7] = 64;
	put_addr6(ip + 8, e->src);
	put_addr6(ip + 24, e->dst);
	return sum_of(ip + 8, 32, proto + l4_len);
}

void frame_build(struct frame *fr, const struct wire *w, const struct replay_flow *f,
                 const struct replay_packet *pkt)
{
	bool v6 = w->v6;
	struct ends e = ends_of(f, pkt->from_client, v6);
	unsigned ip_len = v6 ? 40 : 20, most = FRAMES_MTU - ip_len;
	unsigned l4_len = pkt->total_bytes, sum;
	uint8_t *ip = fr->byte + ETH_BYTES, *l4 = ip + ip_len;

	/* A datagram that IPv6's longer header pushes over the MTU loses its tail. */
	if (f->proto == IPPROTO_UDP && l4_len > most)
		l4_len = most;
	memcpy(fr->byte, w->to, 6);
	memcpy(fr->byte + 6, w->from, 6);
	put16(fr->byte + 12, v6 ? ETH_P_IPV6 : ETH_P_IP);
	sum = v6 ? put_v6(ip, &e, f->proto, l4_len, pkt->flow + 1)
	         : put_v4(ip, &e, f->proto, l4_len, pkt->flow * FRAMES_ID_STEP);
	memcpy(l4, pkt->l4, pkt->l4_bytes);
	memset(l4 + pkt->l4_bytes, 0, l4_len - pkt->l4_bytes);
	put16(l4, e.sport);
	put16(l4 + 2, e.dport);
	fr->todo = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM };
	fr->todo.csum_start = (uint16_t)(ETH_BYTES + ip_len);
	fr->todo.csum_offset = f->proto == IPPROTO_TCP ? 16 : 6;
	put16(l4 + fr->todo.csum_offset, sum);
	if (f->proto == IPPROTO_UDP)
		put16(l4 + 4, l4_len);
	if (l4_len > most) {
		fr->todo.gso_type =
			v6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
		fr->todo.hdr_len = (uint16_t)(ETH_BYTES + ip_len + pkt->l4_bytes);
		fr->todo.gso_size = (uint16_t)(most - pkt->l4_bytes);
	}
	fr->len = ETH_BYTES + ip_len + l4_len;
}

bool wire_send(const struct wire *w, const struct frame *fr)
{
	struct iovec part[2] = {
		{ .iov_base = (void *)(uintptr_t)&fr->todo, .iov_len = sizeof(fr->todo) },
		{ .iov_base = (void *)(uintptr_t)fr->byte, .iov_len = fr->len },
	};
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = w->ifindex };
	struct msghdr msg = { .msg_name = &to,
		              .msg_namelen = sizeof(to),
		              .msg_iov = part,
		              .msg_iovlen = 2 };

	to.sll_protocol = htons(w->v6 ? ETH_P_IPV6 : ETH_P_IP);
	return sendmsg(w->fd, &msg, 0) >= 0;
}

static struct arrival arrival_v4(const uint8_t *ip)
{
	unsigned id = get16(ip + 4);

	return (struct arrival){ .flow = id % FRAMES_ID_STEP ? UINT32_MAX
		                                             : id / FRAMES_ID_STEP,
		                 .proto = ip[9],
		                 .src = get32(ip + 12),
		                 .dst = get32(ip + 16),
		                 .src_port = (uint16_t)get16(ip + 20),
		                 .dst_port = (uint16_t)get16(ip + 22) };
}

static struct arrival arrival_v6(const uint8_t *ip)
{
	return (struct arrival){ .flow = (get32(ip) & 0xfffff) - 1,
		                 .proto = ip[6],
		                 .src = get32(ip + 20),
		                 .dst = get32(ip + 36),
		                 .src_port = (uint16_t)get16(ip + 40),
		                 .dst_port = (uint16_t)get16(ip + 42) };
}

bool wire_take(const struct wire *w, struct arrival *a)
{
	uint8_t buf[sizeof(struct virtio_net_hdr) + 128];
	const uint8_t *ip = buf + sizeof(struct virtio_net_hdr) + ETH_BYTES;
	unsigned version = w->v6 ? 6 : 4, least = w->v6 ? 44 : 24;
	struct sockaddr_ll from = { 0 };
	socklen_t from_len = sizeof(from);
	ssize_t n;

	do {
		n = recvfrom(w->fd, buf, sizeof(buf), MSG_DONTWAIT,
		             (struct sockaddr *)&from, &from_len);
		if (n < 0)
			return false;
	} while (from.sll_pkttype == PACKET_OUTGOING || ip + least > buf + n ||
	         ip[0] >> 4 != version);
	*a = w->v6 ? arrival_v6(ip) : arrival_v4(ip);
	return true;
}

bool wire_wait(const struct wire *w, int64_t until_us)
{
	int64_t left = until_us - wire_now_us();
	struct timespec ts = { left / 1000000, left % 1000000 * 1000 };
	struct pollfd p = { .fd = w->fd, .events = POLLIN };

	return left > 0 && ppoll(&p, 1, &ts, NULL) > 0;
}
