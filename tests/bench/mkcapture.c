/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A large capture from a seed, the same bytes on every machine: 16 clients of a home
 * network, awake and silent in turn, some flows each at a time, most of them downloads;
 * TCP and UDP, IPv4 and IPv6, heavy-tailed in everything.  Payload is noise behind a TLS
 * record header, as on today's networks. */

#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS     16
#define OPEN_FLOWS  5
#define ETH_BYTES   14
#define FRAME_BYTES 1514
#define NOISE_BYTES (1 << 20)
#define START_US    1554669000000000
#define STEP_US     300

struct flow {
	uint32_t left, sent; /* packets to come, packets so far */
	uint32_t seq[2];     /* TCP's, of the server's and of the client's bytes */
	uint32_t server;
	uint16_t client_port, server_port;
	bool udp, ipv6, download;
};

struct client {
	uint32_t number, left; /* packets until it falls silent */
	int64_t wakes_us;
	struct flow flow[OPEN_FLOWS];
};

struct world {
	uint64_t seed;
	int64_t now_us;
	struct client client[CLIENTS];
	uint8_t *noise;
	uint8_t frame[FRAME_BYTES];
};

/* xorshift64* (Vigna, 2016) */
static uint32_t draw(struct world *w, uint32_t below)
{
	w->seed ^= w->seed >> 12;
	w->seed ^= w->seed << 25;
	w->seed ^= w->seed >> 27;
	return (uint32_t)((w->seed * 2685821657736338717) >> 33) % below;
}

/* 1, 2, ... with a tail like 1/x: doubled as long as a coin falls right. */
static uint32_t draw_tail(struct world *w, unsigned doublings)
{
	uint32_t top = 2;

	for (unsigned i = 0; i < doublings && draw(w, 100) < 62; i++)
		top *= 2;
	return 1 + draw(w, top);
}

static void flow_begin(struct world *w, struct flow *f)
{
	f->left = 3 + 2 * draw_tail(w, 13);
	f->sent = 0;
	f->seq[0] = f->seq[1] = 0;
	f->server = draw(w, 500);
	f->client_port = (uint16_t)(32768 + draw(w, 28000));
	f->udp = draw(w, 100) < 20;
	f->ipv6 = draw(w, 100) < 20;
	f->download = draw(w, 100) < 85;
	f->server_port = f->udp && f->left < 8 ? 53 : 443;
}

static void put16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v);
}

static uint8_t *put_ipv4(uint8_t *ip, const struct flow *f, uint32_t client, bool up)
{
	memset(ip, 0, 20);
	ip[0] = 0x45;
	ip[8] = 64;
	ip[9] = f->udp ? IPPROTO_UDP : IPPROTO_TCP;
	put32(ip + (up ? 12 : 16), 0xc0a80764 + client);    /* 192.168.7.100 */
	put32(ip + (up ? 16 : 12), 0xcb007100 + f->server); /* 203.0.113.0 and on */
	return ip + 20;
}

static uint8_t *put_ipv6(uint8_t *ip, const struct flow *f, uint32_t client, bool up)
{
	memset(ip, 0, 40);
	ip[0] = 0x60;
	ip[6] = f->udp ? IPPROTO_UDP : IPPROTO_TCP;
	ip[7] = 64;
	put32(ip + (up ? 8 : 24), 0xfd000007);
	put32(ip + (up ? 20 : 36), 100 + client);
	put32(ip + (up ? 24 : 8), 0x20010db8);
	put32(ip + (up ? 36 : 20), 1 + f->server);
	return ip + 40;
}

static uint8_t *put_transport(uint8_t *at, const struct flow *f, bool up)
{
	memset(at, 0, f->udp ? 8 : 32);
	put16(at + (up ? 0 : 2), f->client_port);
	put16(at + (up ? 2 : 0), f->server_port);
	if (f->udp)
		return at + 8;
	put32(at + 4, f->seq[up]);
	put32(at + 8, f->seq[!up]);
	at[12] = 8 << 4; /* with the time stamp option */
	at[13] = f->sent == 0 ? 0x02 : f->sent == 1 ? 0x12 : 0x10;
	put16(at + 14, 0xffff);
	put32(at + 20, 0x0101080a);
	return at + 32;
}

static uint32_t payload_bytes(struct world *w, const struct flow *f, bool up)
{
	if (!f->udp && f->sent < 3)
		return 0;
	if (f->server_port == 53)
		return 30 + draw(w, 200);
	if (f->download)
		return up            ? (f->udp ? 25 + draw(w, 30) : 0)
		       : draw(w, 10) ? 1428
		                     : draw(w, 1428);
	return draw(w, 3) ? 20 + draw(w, 300) : 200 + draw(w, 1200);
}

/* Make the flow's next frame; its length. */
static size_t frame_make(struct world *w, struct flow *f, uint32_t client)
{
	uint8_t *ip = w->frame + ETH_BYTES, *at;
	bool up = f->sent < 4 ? f->sent % 2 == 0 : draw(w, 100) < (f->download ? 25 : 50);
	uint32_t payload = payload_bytes(w, f, up);

	memset(w->frame, 2, ETH_BYTES);
	w->frame[5] = up ? 1 : (uint8_t)(100 + client);
	w->frame[11] = up ? (uint8_t)(100 + client) : 1;
	put16(w->frame + 12, f->ipv6 ? 0x86dd : 0x0800);
	at = f->ipv6 ? put_ipv6(ip, f, client, up) : put_ipv4(ip, f, client, up);
	at = put_transport(at, f, up);
	memcpy(at, w->noise + draw(w, NOISE_BYTES - FRAME_BYTES), payload);
	if (payload >= 6 && !f->udp) {
		put32(at, f->sent < 6 ? 0x16030100 : 0x17030300);
		put16(at + 3, payload - 5);
	}
	if (f->udp)
		put16(at - 4, 8 + payload);
	at += payload;
	f->seq[up] += payload + (f->sent < 2); /* SYN counts as a byte */
	put16(ip + (f->ipv6 ? 4 : 2), (uint32_t)(at - ip) - (f->ipv6 ? 40 : 0));
	f->sent++;
	f->left--;
	return (size_t)(at - w->frame);
}

/* A client that is awake, after time has gone on until there is one. */
static struct client *next_client(struct world *w)
{
	struct client *first = &w->client[0], *c;

	w->now_us += 1 + draw(w, 2 * STEP_US);
	for (uint32_t i = 0; i < CLIENTS; i++) {
		if (w->client[i].wakes_us < first->wakes_us)
			first = &w->client[i];
	}
	if (first->wakes_us > w->now_us)
		w->now_us = first->wakes_us;
	do
		c = &w->client[draw(w, CLIENTS)];
	while (c->wakes_us > w->now_us);
	return c;
}

static size_t next_frame(struct world *w)
{
	struct client *c = next_client(w);
	struct flow *f = &c->flow[draw(w, OPEN_FLOWS)];
	size_t len;

	if (!f->left)
		flow_begin(w, f);
	len = frame_make(w, f, c->number);
	if (!c->left--) {
		c->left = 5 * draw_tail(w, 12);
		c->wakes_us = w->now_us + 1200000 + draw(w, 4000000);
	}
	return len;
}

static void world_begin(struct world *w)
{
	w->now_us = START_US;
	for (uint32_t i = 0; i < NOISE_BYTES; i++)
		w->noise[i] = (uint8_t)draw(w, 256);
	for (uint32_t i = 0; i < CLIENTS; i++)
		w->client[i].number = i;
}

int main(int argc, char **argv)
{
	struct world w = { .noise = malloc(NOISE_BYTES) };
	pcap_t *p = argc == 5 ? pcap_open_dead(DLT_EN10MB, atoi(argv[3])) : NULL;
	pcap_dumper_t *out = p ? pcap_dump_open(p, argv[4]) : NULL;
	unsigned long packets;

	if (!out || !w.noise) {
		fputs("usage: mkcapture SEED PACKETS SNAPLEN FILE\n", stderr);
		return 2;
	}
	w.seed = strtoull(argv[1], NULL, 10) | 1;
	packets = strtoul(argv[2], NULL, 10);
	world_begin(&w);
	for (unsigned long i = 0; i < packets; i++) {
		size_t len = next_frame(&w), snap = (size_t)pcap_snapshot(p);
		struct pcap_pkthdr h = { .caplen = (uint32_t)(len < snap ? len : snap),
			                 .len = (uint32_t)len };

		h.ts.tv_sec = w.now_us / 1000000;
		h.ts.tv_usec = w.now_us % 1000000;
		pcap_dump((u_char *)out, &h, w.frame);
	}
	if (pcap_dump_flush(out)) {
		perror(argv[4]);
		return 1;
	}
	pcap_dump_close(out);
	pcap_close(p);
	free(w.noise);
	return 0;
}
