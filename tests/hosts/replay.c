/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replay captures through a gateway: both ends of every flow, each from its own network
 * namespace, at the captures' own times.
 *
 * A capture keeps the first bytes of each frame, so frames are built anew: addresses of
 * this network, the captured TCP or UDP header, zeros up to the captured length.
 * Superpackets leave as segmentation-offload packets, and whether they stay whole is a
 * setting of the sender's interface.  Behind NAT the server learns where to send from
 * what arrives; the IP ID, which NAT leaves alone, says which flow it belongs to. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frames.h"

#define LEARN_WAIT_US 200000

struct counts {
	unsigned long client, server, unanswerable;
};

struct play {
	struct script script;
	struct wire client, server;
	int64_t start_us;
	double speed;
	bool v6;
	struct counts sent;
};

/* The client's first IPv4 packet of a flow says how NAT has translated it. */
static void learn(struct play *p, const struct arrival *a)
{
	struct replay_flow *f;

	if (a->ip_id % FRAMES_ID_STEP ||
	    a->ip_id / FRAMES_ID_STEP >= p->script.flow_count)
		return;
	f = &p->script.flow[a->ip_id / FRAMES_ID_STEP];
	if (f->nat_known || f->proto != a->proto || f->server != a->dst ||
	    f->server_port != a->dst_port)
		return;
	f->nat_addr = a->src;
	f->nat_port = a->src_port;
	f->nat_known = true;
}

/* Take what arrives at the server until then. */
static void learn_until(struct play *p, int64_t until_us, const bool *enough)
{
	struct arrival a;

	do {
		while (wire_take(&p->server, &a))
			learn(p, &a);
	} while (!(enough && *enough) && wire_wait(&p->server, until_us));
}

static bool send_one(struct play *p, const struct replay_packet *pkt)
{
	struct replay_flow *f = &p->script.flow[pkt->flow];
	struct wire *from = pkt->from_client ? &p->client : &p->server;
	struct frame frame;

	if (!pkt->from_client && !p->v6 && !f->nat_known) {
		/* A capture that begins in mid-flow: nobody could reach the client. */
		if (f->client_packets)
			learn_until(p, wire_now_us() + LEARN_WAIT_US, &f->nat_known);
		if (!f->nat_known) {
			p->sent.unanswerable++;
			return true;
		}
	}
	if (pkt->from_client) {
		f->client_packets++;
		p->sent.client++;
	} else {
		p->sent.server++;
	}
	frame_build(&frame, from, f, pkt, p->v6);
	return wire_send(from, &frame);
}

static bool play_all(struct play *p)
{
	p->start_us = wire_now_us();
	for (size_t i = 0; i < p->script.packet_count; i++) {
		const struct replay_packet *pkt = &p->script.packet[i];

		learn_until(p, p->start_us + (int64_t)((double)pkt->time_us / p->speed),
		            NULL);
		if (!send_one(p, pkt)) {
			fprintf(stderr, "replay: packet of %u bytes: %s\n",
			        pkt->total_bytes, strerror(errno));
			return false;
		}
	}
	return true;
}

static int usage(void)
{
	fputs("usage: replay [-6] [-x SPEED] NETNS/IFACE/GATEWAY-MAC (client) "
	      "NETNS/IFACE/GATEWAY-MAC (server) TRACE=CLIENT...\n",
	      stderr);
	return 2;
}

/* TRACE=CLIENT, CLIENT an IPv4 address that takes the place of the captured one. */
static bool load(struct script *s, char *arg)
{
	char *client = strrchr(arg, '=');

	if (!client) {
		fprintf(stderr, "replay: '%s' names no client\n", arg);
		return false;
	}
	*client++ = 0;
	return script_load(s, arg, client);
}

int main(int argc, char **argv)
{
	struct play p = { .speed = 1 };
	int opt;

	while ((opt = getopt(argc, argv, "6x:")) != -1) {
		if (opt == '6')
			p.v6 = true;
		else if (opt != 'x' || (p.speed = strtod(optarg, NULL)) <= 0)
			return usage();
	}
	if (argc - optind < 3)
		return usage();
	for (int i = optind + 2; i < argc; i++)
		if (!load(&p.script, argv[i]))
			return 1;
	script_sort(&p.script);
	if (!wire_open(&p.client, argv[optind]) ||
	    !wire_open(&p.server, argv[optind + 1]))
		return 1;
	if (!play_all(&p))
		return 1;
	printf("replayed %lu packets from the client and %lu from the server; %lu had no "
	       "way to the client\n",
	       p.sent.client, p.sent.server, p.sent.unanswerable);
	script_clear(&p.script);
	return 0;
}
