/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replay captures through a gateway: both ends of every flow, each from its own network
 * namespace, at the captures' own times.
 *
 * A capture keeps the first bytes of each frame, so frames are built anew: addresses of
 * this network, the captured TCP or UDP header, zeros up to the captured length.
 * Superpackets leave as segmentation-offload packets, and whether they stay whole is a
 * setting of the sender's interface.  Behind NAT the server learns where to send from
 * what arrives; the IP ID, which NAT leaves alone, says which flow it belongs to, and in
 * IPv6 the flow label does. */
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
	struct counts sent;
};

/* The client's first packet of a flow says how NAT has translated it. */
static void learn(struct play *p, const struct arrival *a)
{
	struct replay_flow *f;

	if (a->flow >= p->script.flow_count)
		return;
	f = &p->script.flow[a->flow];
	if (f->reached || f->proto != a->proto || f->server != a->dst ||
	    f->server_port != a->dst_port)
		return;
	f->nat_addr = a->src;
	f->nat_port = a->src_port;
	f->reached = true;
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

/* A server answers what has reached it: conntrack drops answers that overtake the first
 * packet of a connection in the queue.  A capture may begin in mid-flow with an answer,
 * and then only IPv6 has a way to the client. */
static bool may_answer(struct play *p, const struct replay_flow *f)
{
	if (!f->reached && f->client_packets)
		learn_until(p, wire_now_us() + LEARN_WAIT_US, &f->reached);
	return f->reached || (p->client.v6 && !f->client_packets);
}

static bool send_one(struct play *p, const struct replay_packet *pkt)
{
	struct replay_flow *f = &p->script.flow[pkt->flow];
	struct wire *from = pkt->from_client ? &p->client : &p->server;
	struct frame frame;

	if (pkt->from_client) {
		f->client_packets++;
		p->sent.client++;
	} else if (may_answer(p, f)) {
		p->sent.server++;
	} else {
		p->sent.unanswerable++;
		return true;
	}
	frame_build(&frame, from, f, pkt);
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

/* For unnat: protocol, client, server and the client as the server sees it. */
static bool write_map(const struct script *s, const char *path)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return false;
	for (uint32_t i = 0; i < s->flow_count; i++) {
		const struct replay_flow *f = &s->flow[i];

		if (f->reached)
			fprintf(out, "%u %x %u %x %u %x %u\n", f->proto, f->client,
			        f->client_port, f->server, f->server_port, f->nat_addr,
			        f->nat_port);
	}
	return fclose(out) == 0;
}

static int usage(void)
{
	fputs("usage: replay [-6] [-x SPEED] [-m MAP] NETNS/IFACE/GATEWAY-MAC (client) "
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
	bool v6 = false;
	const char *map = NULL;
	int opt;

	while ((opt = getopt(argc, argv, "6m:x:")) != -1) {
		if (opt == '6')
			v6 = true;
		else if (opt == 'm')
			map = optarg;
		else if (opt != 'x' || (p.speed = strtod(optarg, NULL)) <= 0)
			return usage();
	}
	if (argc - optind < 3)
		return usage();
	for (int i = optind + 2; i < argc; i++)
		if (!load(&p.script, argv[i]))
			return 1;
	script_sort(&p.script);
	if (!wire_open(&p.client, argv[optind], v6) ||
	    !wire_open(&p.server, argv[optind + 1], v6))
		return 1;
	if (!play_all(&p))
		return 1;
	printf("replayed %lu packets from the client and %lu from the server; %lu had no "
	       "way to the client\n",
	       p.sent.client, p.sent.server, p.sent.unanswerable);
	if (map && !write_map(&p.script, map)) {
		fprintf(stderr, "replay: %s: %s\n", map, strerror(errno));
		return 1;
	}
	script_clear(&p.script);
	return 0;
}
