/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_PACKET_H
#define NFCLASS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mono.h"

/* An IPv6 address as two numbers in host order; an IPv4 address is ::ffff:a.b.c.d. */
struct addr {
	uint64_t hi, lo;
};

/* bits counts from the top of the 128: an IPv4 /24 is kept as 120. */
struct prefix {
	struct addr base;
	unsigned bits;
};

/* What the pipeline knows of one IP packet.  len_bytes is the layer-3 length (IPv4 total
 * length, or 40 + IPv6 payload length), header_bytes the IP, extension and transport
 * headers in it.  Ports are in host order; interfaces are indices, 0 where not known. */
struct packet {
	struct mono time;
	struct addr src, dst;
	uint32_t len_bytes;
	uint32_t header_bytes;
	uint16_t sport, dport;
	uint8_t proto; /* IPPROTO_TCP or IPPROTO_UDP */
	uint32_t in_if, out_if;
};

#define ADDR_TEXT_SIZE 46

static inline struct addr addr_v4(uint32_t host_order)
{
	return (struct addr){ 0, 0xffff00000000 | host_order };
}

static inline bool addr_is_v4(struct addr a)
{
	return a.hi == 0 && a.lo >> 32 == 0xffff;
}

static inline bool addr_equal(struct addr a, struct addr b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

/* RFC 1918, fc00::/7 (RFC 4193) and fe80::/10 (RFC 4291). */
bool addr_is_private(struct addr a);

/* Dotted quad or RFC 5952 text into buf, which is returned. */
const char *addr_text(struct addr a, char buf[static ADDR_TEXT_SIZE]);

/* false when text is no IPv4 or IPv6 address; *a is then untouched. */
bool addr_parse(const char *text, struct addr *a);

/* ADDRESS[/BITS]; false when it is none, or when BITS is out of range.  Bits below the
 * prefix are cleared. */
bool prefix_parse(const char *text, struct prefix *p);
bool prefix_has(const struct prefix *p, struct addr a);

/* "TCP" or "UDP". */
const char *proto_name(uint8_t proto);

#endif
