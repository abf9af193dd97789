/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "burst_flow.h"

#include "segment.h"

static int32_t with_way(uint32_t bytes, bool sent)
{
	return sent ? (int32_t)bytes : -(int32_t)bytes;
}

static void note_first(struct burst_flow *bf, uint32_t payload_bytes, bool sent)
{
	if (payload_bytes > 0 && bf->first_count < BURST_FIRST)
		bf->first_bytes[bf->first_count++] = with_way(payload_bytes, sent);
}

/* Once the last run kept is over, bulk_count is past it and nothing is added. */
static void note_bulk(struct burst_flow *bf, uint32_t payload_bytes, bool sent)
{
	uint32_t n = bf->bulk_count;

	if (payload_bytes == 0 || n > BURST_BULKS)
		return;
	if (n == 0 || (bf->bulk_bytes[n - 1] > 0) != sent)
		n = ++bf->bulk_count;
	if (n <= BURST_BULKS)
		bf->bulk_bytes[n - 1] += with_way(payload_bytes, sent);
}

void burst_flow_add(struct burst_flow *bf, const struct packet *pkt, bool sent,
                    struct mono now, uint32_t mtu_bytes)
{
	struct segments seg = segments_of(pkt, mtu_bytes);
	uint32_t full = seg.pkts - 1;
	int way = sent ? BURST_SENT : BURST_RCVD;

	if (burst_flow_packets(bf) > 0)
		stats_add(&bf->gap, (uint64_t)mono_since(now, bf->last).us, 1);
	if (full > 0) {
		stats_add(&bf->gap, 0, full); /* they come at one time */
		stats_add(&bf->len[way], mtu_bytes, full);
		spread_add(&bf->spread[way], mtu_bytes, full);
	}
	stats_add(&bf->len[way], seg.last_bytes, 1);
	spread_add(&bf->spread[way], seg.last_bytes, 1);
	for (uint32_t i = 0; i < full && i < BURST_FIRST; i++)
		note_first(bf, mtu_bytes - pkt->header_bytes, sent);
	note_first(bf, seg.last_bytes - pkt->header_bytes, sent);
	note_bulk(bf, pkt->len_bytes - pkt->header_bytes, sent);
	bf->pkts[way] += seg.pkts;
	bf->bytes[way] += segments_bytes(seg, mtu_bytes);
	bf->burst->pkts += seg.pkts;
	bf->burst->bytes[way] += segments_bytes(seg, mtu_bytes);
	bf->last = now;
}
