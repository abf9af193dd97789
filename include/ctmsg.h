/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CTMSG_H
#define NFCLASS_CTMSG_H

#include "flow.h"

/* Messages to and from the kernel's connection tracking (ctnetlink), in memory. */

enum { CTMSG_ORIG, CTMSG_REPLY };

/* What the kernel calls a connection, of whatever protocol: its original direction, as
 * attributes, with the zone where it is in one. */
#define CTMSG_NAME_MOST 96
struct ctmsg_name {
	uint8_t family;
	uint8_t len; /* 0 when it is none, or longer than any we know of */
	bool has_zone;
	uint16_t zone;
	uint8_t tuple[CTMSG_NAME_MOST];
};

/* A TCP or UDP connection as the kernel tells of it.  In both ends the client is who sent
 * the first packet, whatever its address. */
struct ctmsg_entry {
	struct flow_ends orig; /* as the first packet came in */
	struct flow_ends view; /* as FORWARD sees it: after DNAT, before SNAT */
	uint32_t mark;
	bool counted;               /* nf_conntrack_acct was on when it began */
	uint64_t pkts[2], bytes[2]; /* L3, by CTMSG_ORIG and CTMSG_REPLY */
	struct ctmsg_name name;
};

enum ctmsg_kind {
	CTMSG_ENTRY,   /* a connection as it is */
	CTMSG_ENDED,   /* a connection as it was when it ended */
	CTMSG_FOREIGN, /* an entry that is neither TCP nor UDP: it has no ends */
	CTMSG_ERROR,   /* the answer to a message of ours; error 0: done as asked */
	CTMSG_DONE,    /* the end of a list */
	CTMSG_OTHER,
	CTMSG_BAD, /* cannot be understood, nor what follows */
};

struct ctmsg {
	struct ctmsg_entry entry;
	uint32_t sequence; /* of the message of ours that this belongs to */
	int error;         /* -errno, of CTMSG_ERROR and CTMSG_DONE */
};

/* A walk over the messages of one datagram.  It starts at a multiple of four, and memory
 * reaches up to one behind it: libmnl reads padding that a last message may lack. */
struct ctmsg_walk {
	const void *at;
	int left; /* signed: an unpadded last message drives it below zero */
};

/* The next message; false at the end.  Of *m only what belongs to *kind is filled. */
bool ctmsg_next(struct ctmsg_walk *w, enum ctmsg_kind *kind, struct ctmsg *m);

/* Longer than any message that is made here. */
#define CTMSG_MOST 192

/* Which bits of a mark, and what they are; the other bits are left alone. */
struct ctmsg_mark {
	uint32_t value, mask;
};

/* Each of these writes a message into buf, which has room for CTMSG_MOST bytes and begins
 * at a multiple of four, and returns its length, a multiple of four. */

/* Change the mark of the connection that has such packets, from client to server, before
 * it translates them.  The kernel answers errors only, unless acknowledge is set. */
size_t ctmsg_put_mark(void *buf, uint32_t sequence, const struct flow_ends *ends,
                      struct ctmsg_mark mark, bool acknowledge);

/* The same for the connection of a name, which is not empty.  The kernel answers. */
size_t ctmsg_put_mark_of(void *buf, uint32_t sequence, const struct ctmsg_name *name,
                         struct ctmsg_mark mark);

/* Tell of it: a CTMSG_ENTRY, or a CTMSG_ERROR. */
size_t ctmsg_put_look(void *buf, uint32_t sequence, const struct flow_ends *ends);

/* Tell of all connections of a family with such a mark, and end by a CTMSG_DONE.  A mask
 * of 0 is for all. */
size_t ctmsg_put_list(void *buf, uint32_t sequence, uint8_t family,
                      struct ctmsg_mark mark);

/* Tell of the connections that FORWARD sees with the protocol and ports of these ends, of
 * whatever addresses, and end by a CTMSG_DONE.  Takes Linux 5.8. */
size_t ctmsg_put_find(void *buf, uint32_t sequence, const struct flow_ends *ends);

#endif
