/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TESTS_FRAMES_H
#define NFCLASS_TESTS_FRAMES_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What replay.c is made of: a script of packets read from captures, and the wires that
 * they are sent on. */

/* Segments of a superpacket have rising IP IDs, so flows keep this distance. */
#define FRAMES_ID_STEP 32
#define FRAMES_MTU     1500
#define FRAMES_L4_MOST 60

/* Addresses and ports in host order. */
struct replay_flow {
	uint8_t proto;
	uint32_t captured_server;
	uint32_t client, server;
	uint16_t client_port, server_port;
	bool reached; /* a packet of the client has come to the server, as from nat_... */
	uint32_t nat_addr;
	uint16_t nat_port;
	unsigned long client_packets;
};

struct replay_packet {
	int64_t time_us; /* since the first packet of its capture */
	size_t order;
	uint32_t flow;
	bool from_client;
	uint16_t total_bytes; /* captured IPv4 length less its header: transport and
	                         payload */
	uint8_t l4_bytes;     /* of the transport header */
	uint8_t l4[FRAMES_L4_MOST];
};

struct script {
	struct replay_packet *packet;
	size_t packet_count, packet_room;
	struct replay_flow flow[65536 / FRAMES_ID_STEP];
	uint32_t flow_count;
	uint32_t server[65536 / FRAMES_ID_STEP]; /* captured address of the nth server */
	uint32_t server_count;
};

/* Add the TCP and UDP packets that cross the gateway; false when that failed, after
 * saying why.  client takes the place of 192.168.12.100. */
bool script_load(struct script *s, const char *path, const char *client);

/* All captures begin at the same time. */
void script_sort(struct script *s);
void script_clear(struct script *s);

struct wire {
	int fd;
	int ifindex;
	bool v6;
	uint8_t from[6], to[6];
};

/* where is NETNS/IFACE/MAC, MAC the next hop's. */
bool wire_open(struct wire *w, const char *where, bool v6);

/* One Ethernet frame and what the kernel must still do to it. */
struct frame {
	struct virtio_net_hdr todo;
	uint8_t byte[65536 + 128];
	size_t len;
};

void frame_build(struct frame *fr, const struct wire *w, const struct replay_flow *f,
                 const struct replay_packet *pkt);
bool wire_send(const struct wire *w, const struct frame *fr);

/* A packet that came in; of IPv6 addresses the last 32 bits. */
struct arrival {
	uint32_t flow; /* UINT32_MAX when it belongs to none */
	uint8_t proto;
	uint32_t src, dst;
	uint16_t src_port, dst_port;
};

/* The next arrival, false when there is none now. */
bool wire_take(const struct wire *w, struct arrival *a);

/* true when something came in before until_us, false when that time has come. */
bool wire_wait(const struct wire *w, int64_t until_us);
int64_t wire_now_us(void);

#endif
