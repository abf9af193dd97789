/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"
#include "frames.h"

#define CAPTURED_CLIENT 0xc0a80c64 /* 192.168.12.100 */
#define LAN_MASK        0xffffff00
#define SERVERS_BASE                                                                     \
	0xc6120001 /* in 198.18.0.0/15, which RFC 2544 sets aside for tests */

/* What the IPv4 header of a captured frame says. */
struct seen {
	uint8_t proto;
	uint32_t src, dst;
	uint16_t sport, dport;
	uint16_t transport_bytes;
};

static bool read_ip(struct cursor *c, struct seen *s)
{
	uint8_t version_words, byte;
	uint16_t type, total, id, fragment, sum;

	if (!cur_skip(c, 12) || !cur_be16(c, &type) || type != 0x0800 ||
	    !cur_u8(c, &version_words) || !cur_u8(c, &byte) || !cur_be16(c, &total) ||
	    !cur_be16(c, &id) || !cur_be16(c, &fragment) || !cur_u8(c, &byte) ||
	    !cur_u8(c, &s->proto) || !cur_be16(c, &sum) || !cur_be32(c, &s->src) ||
	    !cur_be32(c, &s->dst))
		return false;
	if (version_words >> 4 != 4 || (version_words & 15) < 5 || fragment & 0x3fff ||
	    (version_words & 15) * 4 > total)
		return false;
	s->transport_bytes = (uint16_t)(total - (version_words & 15) * 4);
	return cur_skip(c, (size_t)(version_words & 15) * 4 - 20);
}

/* The transport header is copied whole, ports first. */
static bool read_l4(struct cursor c, struct seen *s, struct replay_packet *pkt)
{
	const uint8_t *header;
	size_t len = 8;

	if (s->proto == IPPROTO_TCP && cur_left(&c) >= 20)
		len = (size_t)(c.p[12] >> 4) * 4;
	else if (s->proto != IPPROTO_UDP)
		return false;
	if (len < 8 || len > FRAMES_L4_MOST || len > s->transport_bytes ||
	    !cur_bytes(&c, len, &header))
		return false;
	memcpy(pkt->l4, header, len);
	pkt->l4_bytes = (uint8_t)len;
	pkt->total_bytes = s->transport_bytes;
	s->sport = (uint16_t)(header[0] << 8 | header[1]);
	s->dport = (uint16_t)(header[2] << 8 | header[3]);
	return true;
}

/* Does it cross the gateway?  Neither inside the LAN nor to many. */
static bool crosses(const struct seen *s)
{
	uint32_t peer = s->src == CAPTURED_CLIENT ? s->dst : s->src;

	return (s->src == CAPTURED_CLIENT || s->dst == CAPTURED_CLIENT) &&
	       (peer & LAN_MASK) != (CAPTURED_CLIENT & LAN_MASK) && peer >> 28 < 14;
}

static uint32_t server_of(struct script *s, uint32_t captured)
{
	uint32_t i;

	for (i = 0; i < s->server_count && s->server[i] != captured; i++)
		;
	if (i == s->server_count)
		s->server[s->server_count++] = captured;
	return SERVERS_BASE + i;
}

/* The number of the flow; false when there are too many. */
static bool flow_of(struct script *s, const struct seen *seen, uint32_t client,
                    uint32_t *n)
{
	bool out = seen->src == CAPTURED_CLIENT;
	struct replay_flow f = { .proto = seen->proto,
		                 .client = client,
		                 .captured_server = out ? seen->dst : seen->src,
		                 .client_port = out ? seen->sport : seen->dport,
		                 .server_port = out ? seen->dport : seen->sport };

	for (*n = 0; *n < s->flow_count; (*n)++) {
		const struct replay_flow *have = &s->flow[*n];

		if (have->proto == f.proto && have->client == client &&
		    have->captured_server == f.captured_server &&
		    have->client_port == f.client_port &&
		    have->server_port == f.server_port)
			return true;
	}
	if (s->flow_count == sizeof(s->flow) / sizeof(s->flow[0]))
		return false;
	f.server = server_of(s, f.captured_server);
	s->flow[s->flow_count++] = f;
	return true;
}

static bool append(struct script *s, const struct replay_packet *pkt)
{
	if (s->packet_count == s->packet_room) {
		size_t room = s->packet_room ? 2 * s->packet_room : 1024;
		struct replay_packet *more = realloc(s->packet, room * sizeof(*more));

		if (!more)
			return false;
		s->packet = more;
		s->packet_room = room;
	}
	s->packet[s->packet_count] = *pkt;
	s->packet[s->packet_count].order = s->packet_count;
	s->packet_count++;
	return true;
}

static bool load_packets(struct script *s, pcap_t *cap, uint32_t client)
{
	struct pcap_pkthdr *h;
	const uint8_t *data;
	int64_t first = -1, latest = 0;

	while (pcap_next_ex(cap, &h, &data) == 1) {
		int64_t at = (int64_t)h->ts.tv_sec * 1000000 + h->ts.tv_usec;
		struct cursor c = cur_of(data, h->caplen);
		struct replay_packet pkt = { 0 };
		struct seen seen = { 0 };

		first = first < 0 ? at : first;
		latest = at - first > latest ? at - first : latest;
		if (!read_ip(&c, &seen) || !read_l4(c, &seen, &pkt) || !crosses(&seen))
			continue;
		pkt.time_us = latest;
		pkt.from_client = seen.src == CAPTURED_CLIENT;
		if (!flow_of(s, &seen, client, &pkt.flow) || !append(s, &pkt))
			return false;
	}
	return true;
}

bool script_load(struct script *s, const char *path, const char *client)
{
	char why[PCAP_ERRBUF_SIZE];
	struct in_addr addr;
	pcap_t *cap;
	bool ok;

	if (inet_pton(AF_INET, client, &addr) != 1) {
		fprintf(stderr, "replay: '%s' is no IPv4 address\n", client);
		return false;
	}
	cap = pcap_open_offline(path, why);
	if (!cap) {
		fprintf(stderr, "replay: %s\n", why);
		return false;
	}
	ok = pcap_datalink(cap) == DLT_EN10MB && load_packets(s, cap, ntohl(addr.s_addr));
	pcap_close(cap);
	if (!ok)
		fprintf(stderr, "replay: %s: too large, or not Ethernet\n", path);
	return ok;
}

static int by_time(const void *a, const void *b)
{
	const struct replay_packet *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

void script_sort(struct script *s)
{
	qsort(s->packet, s->packet_count, sizeof(*s->packet), by_time);
}

void script_clear(struct script *s)
{
	free(s->packet);
	s->packet = NULL;
}
