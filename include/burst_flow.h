/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_BURST_FLOW_H
#define NFCLASS_BURST_FLOW_H

#include "due.h"
#include "event.h"
#include "flow.h"
#include "list.h"
#include "spread.h"
#include "stats.h"

enum { BURST_SENT, BURST_RCVD };

#define BURST_FIRST 12
#define BURST_BULKS 8

/* One flow's packets within one burst.  Superpackets are counted as their segments. */
struct burst_flow {
	struct list node; /* in its burst, in order of first packet */
	struct burst *burst;
	struct flow_record *flow; /* NULL once the burst has ended */
	struct flow_ends ends;
	struct mono first, last;
	uint64_t pkts[2], bytes[2]; /* BURST_SENT, BURST_RCVD */
	struct due due;             /* for a label before the burst ends */
	struct event event;         /* that it was due */
	uint64_t due_number;        /* 1, 2, ... in the order of events; 0 before */
	struct stats len[2];        /* bytes */
	struct stats gap;           /* microseconds between consecutive packets */
	struct spread spread[2];    /* of lengths */
	/* Payload lengths of the first packets that carry data, those received negative.
	 */
	int32_t first_bytes[BURST_FIRST];
	uint32_t first_count;
	uint32_t bulk_count; /* that began; BURST_BULKS are kept */
	/* Payload of the first runs of packets that carry data one way, those received
	 * negative: requests and answers, whatever their packets. */
	int64_t bulk_bytes[BURST_BULKS];
};

static inline uint64_t burst_flow_packets(const struct burst_flow *bf)
{
	return bf->pkts[BURST_SENT] + bf->pkts[BURST_RCVD];
}

/* Count a packet that its client has sent or received.  now never goes back. */
void burst_flow_add(struct burst_flow *bf, const struct packet *pkt, bool sent,
                    struct mono now, uint32_t mtu_bytes);

#endif
