/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow.h"

static bool is_lan(const struct flow_lan *lan, struct addr a)
{
	if (lan->count == 0)
		return addr_is_private(a);
	for (unsigned i = 0; i < lan->count; i++)
		if (prefix_has(&lan->prefix[i], a))
			return true;
	return false;
}

bool flow_client_sends(const struct flow_lan *lan, const struct packet *pkt)
{
	bool src = is_lan(lan, pkt->src), dst = is_lan(lan, pkt->dst);

	return src || !dst;
}

struct flow_ends flow_ends_of(const struct packet *pkt, bool sent)
{
	return sent ? (struct flow_ends){ pkt->src, pkt->dst, pkt->sport, pkt->dport,
		                          pkt->proto }
	            : (struct flow_ends){ pkt->dst, pkt->src, pkt->dport, pkt->sport,
		                          pkt->proto };
}

struct flow_key flow_key_of(const struct packet *pkt, bool *src_is_low)
{
	struct addr low = pkt->src, high = pkt->dst;
	uint16_t low_port = pkt->sport, high_port = pkt->dport;
	bool swap = low.hi != high.hi   ? low.hi > high.hi
	            : low.lo != high.lo ? low.lo > high.lo
	                                : low_port > high_port;

	*src_is_low = !swap;
	if (swap) {
		low = pkt->dst;
		high = pkt->src;
		low_port = pkt->dport;
		high_port = pkt->sport;
	}
	return (struct flow_key){ { low.hi, low.lo, high.hi, high.lo,
		                    (uint64_t)low_port << 32 | (uint64_t)high_port << 16 |
		                            pkt->proto } };
}

struct flow_key flow_key_of_ends(const struct flow_ends *ends)
{
	const struct packet pkt = { .src = ends->client,
		                    .dst = ends->server,
		                    .sport = ends->client_port,
		                    .dport = ends->server_port,
		                    .proto = ends->proto };
	bool client_is_low;

	return flow_key_of(&pkt, &client_is_low);
}
