/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Make a small capture, for a demonstration where no recorded traffic is at hand: a
 * phone loads pages, each over a few flows of TCP and QUIC, with pauses between them.
 * Invented numbers: it shows the way of a packet, not how well apps are told apart. */
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CLIENT   0xc0a80c64 /* 192.168.12.100 */
#define SNAP     128
#define PAGES    4
#define PAGE_US  2500000
#define FLOWS    3
#define SYN      0x02
#define ACK      0x10
#define PUSH_ACK 0x18
#define FIN_ACK  0x11

struct talk {
	pcap_dumper_t *out;
	int64_t now_us;
	uint32_t server, sent_seq, rcvd_seq;
	uint16_t port;
	bool udp;
};

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

/* One frame, its payload zeros and cut away as in a recorded capture.  Checksums stay
 * zero: they are made when it is replayed. */
static void say(struct talk *t, bool from_client, uint8_t flags, unsigned payload)
{
	unsigned l4 = t->udp ? 8 : 20, total = 20 + l4 + payload;
	uint32_t *seq = from_client ? &t->sent_seq : &t->rcvd_seq;
	uint8_t b[SNAP] = { 0 };
	struct pcap_pkthdr h = { .len = 14 + total };

	put16(b + 12, 0x0800);
	b[14] = 0x45;
	put16(b + 16, total);
	b[22] = 64;
	b[23] = t->udp ? 17 : 6;
	put32(b + 26, from_client ? CLIENT : t->server);
	put32(b + 30, from_client ? t->server : CLIENT);
	put16(b + 34, from_client ? t->port : 443);
	put16(b + 36, from_client ? 443 : t->port);
	if (t->udp) {
		put16(b + 38, 8 + payload);
	} else {
		put32(b + 38, *seq);
		put32(b + 42, flags == SYN ? 0 : from_client ? t->rcvd_seq : t->sent_seq);
		b[46] = 0x50;
		b[47] = flags;
		put16(b + 48, 65535);
	}
	*seq += payload + (flags & 3 ? 1 : 0);
	h.ts.tv_sec = (time_t)(t->now_us / 1000000);
	h.ts.tv_usec = (suseconds_t)(t->now_us % 1000000);
	h.caplen = h.len < SNAP ? h.len : SNAP;
	pcap_dump((uint8_t *)t->out, &h, b);
	t->now_us += 700 + 13 * (payload % 97);
}

static void tcp_talk(struct talk *t, unsigned page)
{
	say(t, true, SYN, 0);
	say(t, false, SYN | ACK, 0);
	say(t, true, ACK, 0);
	say(t, true, PUSH_ACK, 517);
	say(t, false, PUSH_ACK, 1460 * 2);
	say(t, true, PUSH_ACK, 93);
	for (unsigned i = 0; i < 6 + page; i++) {
		say(t, true, PUSH_ACK, 180 + 37 * i);
		say(t, false, ACK, 1460 * (1 + (i + page) % 5));
		say(t, false, PUSH_ACK, 700 + 61 * i);
		say(t, true, ACK, 0);
	}
	say(t, true, FIN_ACK, 0);
	say(t, false, FIN_ACK, 0);
	say(t, true, ACK, 0);
}

static void udp_talk(struct talk *t, unsigned page)
{
	say(t, true, 0, 1350);
	say(t, false, 0, 1350);
	for (unsigned i = 0; i < 10 + 2 * page; i++) {
		say(t, i % 4 == 0, 0, i % 4 ? 1350 : 33);
		say(t, true, 0, 28);
	}
}

static void page(pcap_dumper_t *out, unsigned number)
{
	for (unsigned i = 0; i < FLOWS; i++) {
		struct talk t = { .out = out,
			          .server = 0x08080800 + i,
			          .udp = i == 2,
			          .port = (uint16_t)(40000 + number * FLOWS + i),
			          .sent_seq = 1000,
			          .rcvd_seq = 5000 };

		t.now_us = 1500000000000000 + (int64_t)number * PAGE_US + i * 90000;
		if (t.udp)
			udp_talk(&t, number);
		else
			tcp_talk(&t, number);
	}
}

int main(int argc, char **argv)
{
	pcap_t *format = pcap_open_dead(DLT_EN10MB, SNAP);
	pcap_dumper_t *out = argc == 2 && format ? pcap_dump_open(format, argv[1]) : NULL;

	if (!out) {
		fprintf(stderr, "usage: sample CAPTURE%s%s\n", argc == 2 ? ": " : "",
		        argc == 2 && format ? pcap_geterr(format) : "");
		return 2;
	}
	for (unsigned i = 0; i < PAGES; i++)
		page(out, i);
	if (pcap_dump_flush(out) < 0) {
		fprintf(stderr, "sample: cannot write %s\n", argv[1]);
		return 1;
	}
	pcap_dump_close(out);
	pcap_close(format);
	return 0;
}
