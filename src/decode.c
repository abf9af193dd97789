/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers only: every length that counts comes from a header, never from how much was
 * captured, and the payload is not looked at. */
#include "decode.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "cursor.h"

#define UDP_HEADER_LEN  8
#define TCP_HEADER_LEN  20
#define IPV4_HEADER_LEN 20
#define IPV6_HEADER_LEN 40

/* IPv6 extension headers that netinet/in.h has no name for (RFC 7045). */
#define EXT_HIP         139
#define EXT_SHIM6       140

static enum decode_result decode_udp(struct cursor c, uint32_t ip_payload_bytes,
                                     bool first_fragment, struct packet *pkt)
{
	uint16_t udp_len;

	if (ip_payload_bytes < UDP_HEADER_LEN)
		return DECODE_BAD_LENGTH;
	if (!cur_be16(&c, &pkt->sport) || !cur_be16(&c, &pkt->dport) ||
	    !cur_be16(&c, &udp_len) || !cur_skip(&c, 2)) /* checksum */
		return DECODE_SHORT;
	/* A first fragment carries less than its UDP header speaks of. */
	if (udp_len < UDP_HEADER_LEN || (udp_len > ip_payload_bytes && !first_fragment))
		return DECODE_BAD_LENGTH;
	pkt->header_bytes += UDP_HEADER_LEN;
	return DECODE_OK;
}

static enum decode_result decode_tcp(struct cursor c, uint32_t ip_payload_bytes,
                                     struct packet *pkt)
{
	uint8_t offset;
	unsigned header;

	if (ip_payload_bytes < TCP_HEADER_LEN)
		return DECODE_BAD_LENGTH;
	if (cur_left(&c) < TCP_HEADER_LEN || !cur_be16(&c, &pkt->sport) ||
	    !cur_be16(&c, &pkt->dport) || !cur_skip(&c, 8) || !cur_u8(&c, &offset))
		return DECODE_SHORT;
	header = (offset >> 4) * 4U;
	if (header < TCP_HEADER_LEN || header > ip_payload_bytes)
		return DECODE_BAD_LENGTH;
	pkt->header_bytes += header;
	return DECODE_OK;
}

static enum decode_result decode_transport(struct cursor c, bool first_fragment,
                                           struct packet *pkt)
{
	uint32_t ip_payload_bytes = pkt->len_bytes - pkt->header_bytes;

	switch (pkt->proto) {
	case IPPROTO_UDP:
		return decode_udp(c, ip_payload_bytes, first_fragment, pkt);
	case IPPROTO_TCP:
		return decode_tcp(c, ip_payload_bytes, pkt);
	}
	return DECODE_NOT_TCP_UDP;
}

static enum decode_result decode_ipv4(struct cursor c, struct packet *pkt)
{
	uint8_t version_ihl, proto;
	uint16_t total, fragment;
	uint32_t src, dst;
	unsigned header;

	if (!cur_u8(&c, &version_ihl) || !cur_skip(&c, 1) || !cur_be16(&c, &total) ||
	    !cur_skip(&c, 2) || !cur_be16(&c, &fragment) || !cur_skip(&c, 1) ||
	    !cur_u8(&c, &proto) || !cur_skip(&c, 2) || !cur_be32(&c, &src) ||
	    !cur_be32(&c, &dst))
		return DECODE_SHORT;
	header = (version_ihl & 0x0f) * 4U;
	if (header < IPV4_HEADER_LEN || total < header)
		return DECODE_BAD_LENGTH;
	if (fragment & 0x1fff)
		return DECODE_FRAGMENT;
	if (!cur_skip(&c, header - IPV4_HEADER_LEN))
		return DECODE_SHORT;

	pkt->src = addr_v4(src);
	pkt->dst = addr_v4(dst);
	pkt->len_bytes = total;
	pkt->header_bytes = header;
	pkt->proto = proto;
	return decode_transport(c, fragment & 0x2000, pkt);
}

/* The length of an extension header after its first two bytes, which are given; 0 when
 * next is not one (RFC 8200 section 4; RFC 4302 for the authentication header). */
static unsigned extension_rest(uint8_t next, uint8_t len)
{
	switch (next) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
	case EXT_HIP:
	case EXT_SHIM6:
		return len * 8U + 6;
	case IPPROTO_AH:
		return len * 4U + 6;
	case IPPROTO_FRAGMENT:
		return 6;
	}
	return 0;
}

/* Walk the extension headers up to the transport header.  Each takes at least eight
 * bytes, so that the walk ends. */
static enum decode_result skip_extensions(struct cursor *c, struct packet *pkt,
                                          bool *first_fragment)
{
	while (extension_rest(pkt->proto, 0)) {
		struct cursor h = *c;
		uint8_t next, len;
		uint16_t fragment = 0;
		unsigned rest;

		if (!cur_u8(&h, &next) || !cur_u8(&h, &len))
			return DECODE_SHORT;
		rest = extension_rest(pkt->proto, len);
		if (pkt->header_bytes + 2 + rest > pkt->len_bytes)
			return DECODE_BAD_LENGTH;
		*c = h;
		if (!cur_skip(c, rest))
			return DECODE_SHORT;
		if (pkt->proto == IPPROTO_FRAGMENT && cur_be16(&h, &fragment)) {
			if (fragment & 0xfff8)
				return DECODE_FRAGMENT;
			*first_fragment = fragment & 1;
		}
		pkt->header_bytes += 2 + rest;
		pkt->proto = next;
	}
	return DECODE_OK;
}

static enum decode_result decode_ipv6(struct cursor c, struct packet *pkt)
{
	bool first_fragment = false;
	enum decode_result r;
	uint16_t payload;

	if (!cur_skip(&c, 4) || !cur_be16(&c, &payload) || !cur_u8(&c, &pkt->proto) ||
	    !cur_skip(&c, 1) || !cur_be64(&c, &pkt->src.hi) ||
	    !cur_be64(&c, &pkt->src.lo) || !cur_be64(&c, &pkt->dst.hi) ||
	    !cur_be64(&c, &pkt->dst.lo))
		return DECODE_SHORT;
	pkt->len_bytes = IPV6_HEADER_LEN + (uint32_t)payload;
	pkt->header_bytes = IPV6_HEADER_LEN;
	r = skip_extensions(&c, pkt, &first_fragment);
	return r == DECODE_OK ? decode_transport(c, first_fragment, pkt) : r;
}

enum decode_result decode_ip(const void *data, size_t len, struct packet *pkt)
{
	struct cursor c = cur_of(data, len);
	uint8_t version_ihl;

	pkt->in_if = pkt->out_if = 0; /* the packet itself does not know */
	if (len == 0)
		return DECODE_SHORT;
	version_ihl = *c.p;
	switch (version_ihl >> 4) {
	case 4:
		return decode_ipv4(c, pkt);
	case 6:
		return decode_ipv6(c, pkt);
	}
	return DECODE_BAD_VERSION;
}

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd

static bool is_vlan_tag(uint16_t ethertype)
{
	return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100;
}

/* What stands behind an Ethernet type, VLAN tags passed over. */
static enum decode_result decode_ethertype(struct cursor c, uint16_t type,
                                           struct packet *pkt)
{
	while (is_vlan_tag(type))
		if (!cur_skip(&c, 2) || !cur_be16(&c, &type))
			return DECODE_SHORT;
	if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6)
		return DECODE_NOT_IP;
	return decode_ip(c.p, cur_left(&c), pkt);
}

/* AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24, 28 and 30 on the BSDs and macOS.
 */
static bool is_ip_family(uint32_t family)
{
	return family == 2 || family == 10 || family == 24 || family == 28 ||
	       family == 30;
}

static enum decode_result decode_loopback(struct cursor c, struct packet *pkt)
{
	uint32_t family;

	if (!cur_be32(&c, &family))
		return DECODE_SHORT;
	if (!is_ip_family(family) && !is_ip_family(__builtin_bswap32(family)))
		return DECODE_NOT_IP;
	return decode_ip(c.p, cur_left(&c), pkt);
}

enum decode_result decode_frame(enum decode_link link, const void *data, size_t len,
                                struct packet *pkt)
{
	struct cursor c = cur_of(data, len);
	uint16_t type;

	switch (link) {
	case DECODE_LINK_RAW:
		return decode_ip(data, len, pkt);
	case DECODE_LINK_NULL:
	case DECODE_LINK_LOOP:
		return decode_loopback(c, pkt);
	case DECODE_LINK_ETHERNET:
		if (!cur_skip(&c, 12) || !cur_be16(&c, &type))
			return DECODE_SHORT;
		return decode_ethertype(c, type, pkt);
	case DECODE_LINK_SLL:
		if (!cur_skip(&c, 14) || !cur_be16(&c, &type))
			return DECODE_SHORT;
		return decode_ethertype(c, type, pkt);
	case DECODE_LINK_SLL2:
		if (cur_left(&c) < 20 || !cur_be16(&c, &type) || !cur_skip(&c, 18))
			return DECODE_SHORT;
		return decode_ethertype(c, type, pkt);
	}
	return DECODE_NOT_IP;
}

const char *decode_name(enum decode_result r)
{
	switch (r) {
	case DECODE_OK:
		return "ok";
	case DECODE_NOT_IP:
		return "not-ip";
	case DECODE_NOT_TCP_UDP:
		return "not-tcp-udp";
	case DECODE_FRAGMENT:
		return "fragment";
	case DECODE_SHORT:
		return "short";
	case DECODE_BAD_VERSION:
		return "bad-version";
	case DECODE_BAD_LENGTH:
		return "bad-length";
	case DECODE_RESULTS:
		break;
	}
	return "?";
}
