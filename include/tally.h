/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TALLY_H
#define NFCLASS_TALLY_H

#include "flow.h"
#include "hash.h"
#include "list.h"

/* Counters per flow for a while, a second as a rule: the caller adds packets, begins the
 * next while, and takes the rows of the one before in the course of it. */
struct tally;

/* Superpackets are counted as their segments. */
struct tally_row {
	struct list node; /* in order of first packet */
	struct flow_ends ends;
	uint64_t pkts[2], bytes[2]; /* sent, received */
	bool by_kernel; /* connection tracking counted: superpackets are one each */
	uint32_t label; /* what it was called when it left the queue, see skip_add() */
};

struct tally_params {
	uint32_t max_flows; /* remembered, 16 to 2^24 */
	uint32_t mtu_bytes;
	struct flow_lan lan;
	struct hash_key secret;
};

/* NULL when memory is short.  Ended by tally_free(), which takes NULL. */
struct tally *tally_new(const struct tally_params *p);
void tally_free(struct tally *t);

/* Count a packet.  When max_flows are in this while already, those of further flows are
 * only counted in tally_missed(). */
void tally_add(struct tally *t, const struct packet *pkt);

/* Begin a new while: no rows, nothing missed.  Those of the one before can be taken up to
 * the next call.  Who of each flow is the client stays known for as long as there is
 * room. */
void tally_begin(struct tally *t);

/* The next row of the while before, in order of first packet, good until the next call of
 * anything here; NULL when all are taken. */
const struct tally_row *tally_take(struct tally *t);
bool tally_has_rows(const struct tally *t);

/* No further flow would be counted: rows that are taken may make room. */
bool tally_is_full(const struct tally *t);

/* As new: who was a client is forgotten as well. */
void tally_forget(struct tally *t);

uint64_t tally_missed(const struct tally *t);

#define TALLY_TITLE                                                                      \
	"In one second.....\n"                                                           \
	"time src_ip src_port dst_ip dst_port proto #pkt_sent #pkt_rec #bytes_sent "     \
	"#bytes_rec"

#define TALLY_LINE_SIZE 256

/* A row as a line without line end, which ends in " conntrack" when the kernel counted;
 * second is seconds since the epoch. */
void tally_line(const struct tally_row *row, int64_t second,
                char buf[static TALLY_LINE_SIZE]);

#endif
