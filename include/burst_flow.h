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
	/* What every packet needs comes first, close together. */
	struct burst *burst;
	struct mono last;
	uint64_t pkts[2], bytes[2]; /* BURST_SENT, BURST_RCVD */
	uint32_t first_count;
	uint32_t bulk_count;      /* that began; BURST_BULKS are kept */
	struct due due;           /* for a label before the burst ends */
	struct stats len[2];      /* bytes */
	struct stats gap;         /* microseconds between consecutive packets */
	struct spread spread[2];  /* of lengths */
	struct list node;         /* in its burst, in order of first packet */
	struct flow_record *flow; /* NULL once that has another, or is forgotten */
	struct flow_ends ends;
	uint32_t in_if, out_if; /* of what the client sends, as the first packet told */
	uint32_t index;         /* in its burst: 0, 1, ... */
	struct mono first;
	struct event event;  /* that it was due */
	uint64_t due_number; /* 1, 2, ... in the order of events; 0 before */
	/* Payload lengths of the first packets that carry data, those received negative.
	 */
	int32_t first_bytes[BURST_FIRST];
	/* Payload of the first runs of packets that carry data one way, those received
	 * negative: requests and answers, whatever their packets. */
	int64_t bulk_bytes[BURST_BULKS];
};

#define BURST_FLOW_OFTEN_BYTES offsetof(struct burst_flow, spread)

/* Why a burst ended, and what happened to it. */
enum {
	BURST_CUT = 1,   /* longer than max */
	BURST_EARLY = 2, /* its place was needed: a table was full */
	BURST_FLUSH = 4, /* the capture or the daemon ended */
	BURST_LOSS = 8,  /* packets were lost somewhere while it was open */
};

struct burst {
	struct list node;   /* among the open ones */
	struct event event; /* that it ended */
	struct list flows;  /* struct burst_flow */
	uint64_t number;    /* 1, 2, ... in the order in which bursts end; 0 while open */
	struct addr client;
	struct client_record *owner; /* NULL once it has ended */
	struct mono first, last;
	uint32_t flow_count, tcp_count; /* flows */
	uint64_t pkts, bytes[2];        /* BURST_SENT, BURST_RCVD */
	unsigned flags;
	uint64_t losses; /* the tracker's that flags know of */
};

/* The burst-flow at a node of b's list; NULL at its end. */
static inline struct burst_flow *burst_flow_at(const struct burst *b, struct list *node)
{
	return node == &b->flows ? NULL : list_owner(node, struct burst_flow, node);
}

#define burst_each_flow(b, bf)                                                           \
	for (struct burst_flow *bf = burst_flow_at(b, (b)->flows.next); bf;              \
	     bf = burst_flow_at(b, bf->node.next))

/* false once its burst has ended. */
static inline bool burst_flow_is_open(const struct burst_flow *bf)
{
	return bf->burst->owner != NULL;
}

static inline uint64_t burst_flow_packets(const struct burst_flow *bf)
{
	return bf->pkts[BURST_SENT] + bf->pkts[BURST_RCVD];
}

/* Count a packet that its client has sent or received.  now never goes back. */
void burst_flow_add(struct burst_flow *bf, const struct packet *pkt, bool sent,
                    struct mono now, uint32_t mtu_bytes);

#endif
