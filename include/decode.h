/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_DECODE_H
#define NFCLASS_DECODE_H

#include "packet.h"

/* A packet's fate.  Only DECODE_OK belongs to a flow; the others are counted by reason.
 */
enum decode_result {
	DECODE_OK,
	DECODE_NOT_IP,      /* ARP, LLDP, ...: no IP behind the link header */
	DECODE_NOT_TCP_UDP, /* ICMP, IGMP, ESP, tunnels, ... */
	DECODE_FRAGMENT,    /* second and later fragments: no ports */
	DECODE_SHORT,       /* the headers do not fit into what was captured */
	DECODE_BAD_VERSION, /* neither 4 nor 6 */
	DECODE_BAD_LENGTH,  /* a length field that contradicts another */
	DECODE_RESULTS
};

/* What stands before the IP header. */
enum decode_link {
	DECODE_LINK_ETHERNET,
	DECODE_LINK_RAW,  /* IPv4 or IPv6, told by the version field */
	DECODE_LINK_NULL, /* BSD loopback, family in the capturing host's order */
	DECODE_LINK_LOOP, /* OpenBSD loopback, family in network order */
	DECODE_LINK_SLL,  /* Linux cooked, version 1 */
	DECODE_LINK_SLL2,
};

/* Read the headers of one IP packet (IPv4, RFC 791; IPv6 with extension headers, RFC
 * 8200; TCP, RFC 9293; UDP, RFC 768).  len is how much is there, which may be less than
 * the packet's length.  Fills all of *pkt but the time on DECODE_OK; else *pkt is
 * unspecified. */
enum decode_result decode_ip(const void *data, size_t len, struct packet *pkt);

/* The same behind a link header, with any number of VLAN tags (IEEE 802.1Q, 802.1ad). */
enum decode_result decode_frame(enum decode_link link, const void *data, size_t len,
                                struct packet *pkt);

/* The reason as a word: "ok", "not-ip", "fragment", ... */
const char *decode_name(enum decode_result r);

#endif
