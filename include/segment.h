/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_SEGMENT_H
#define NFCLASS_SEGMENT_H

#include <netinet/in.h>

#include "packet.h"

/* What a packet counts as: pkts at one time, all but the last of MTU length. */
struct segments {
	uint32_t pkts, last_bytes;
};

/* More than one for a TCP superpacket, which stands for segments of MTU bytes and a last
 * one, each with its own headers ("superpacket"). */
static inline struct segments segments_of(const struct packet *pkt, uint32_t mtu_bytes)
{
	uint32_t room = mtu_bytes - pkt->header_bytes;
	uint32_t payload = pkt->len_bytes - pkt->header_bytes, n;

	if (pkt->proto != IPPROTO_TCP || pkt->len_bytes <= mtu_bytes ||
	    pkt->header_bytes >= mtu_bytes)
		return (struct segments){ 1, pkt->len_bytes };
	n = (payload + room - 1) / room;
	return (struct segments){ n, payload - (n - 1) * room + pkt->header_bytes };
}

static inline uint64_t segments_bytes(struct segments s, uint32_t mtu_bytes)
{
	return (uint64_t)(s.pkts - 1) * mtu_bytes + s.last_bytes;
}

#endif
