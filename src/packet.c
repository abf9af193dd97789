/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"
#include "decimal.h"

static bool in_v4(struct addr a, uint32_t base, unsigned bits)
{
	return addr_is_v4(a) && (((uint32_t)a.lo ^ base) >> (32 - bits)) == 0;
}

bool addr_is_private(struct addr a)
{
	return in_v4(a, 0x0a000000, 8) || in_v4(a, 0xac100000, 12) ||
	       in_v4(a, 0xc0a80000, 16) || a.hi >> 57 == 0xfc >> 1 ||
	       a.hi >> 54 == 0xfe80 >> 6;
}

static void to_bytes(struct addr a, uint8_t out[16])
{
	for (int i = 0; i < 8; i++) {
		out[i] = (uint8_t)(a.hi >> (56 - 8 * i));
		out[8 + i] = (uint8_t)(a.lo >> (56 - 8 * i));
	}
}

const char *addr_text(struct addr a, char buf[static ADDR_TEXT_SIZE])
{
	uint8_t bytes[16];
	char *to = buf;

	to_bytes(a, bytes);
	if (addr_is_v4(a)) { /* inet_ntop() takes four times as long */
		for (int i = 12; i < 16; i++) {
			to = decimal_u64(to, bytes[i]);
			*to++ = i < 15 ? '.' : 0;
		}
		return buf;
	}
	return inet_ntop(AF_INET6, bytes, buf, ADDR_TEXT_SIZE);
}

bool addr_parse(const char *text, struct addr *a)
{
	uint8_t bytes[16] = { 0 };
	struct cursor c = cur_of(bytes, sizeof(bytes));
	uint32_t v4;

	if (inet_pton(AF_INET, text, bytes) == 1) {
		(void)cur_be32(&c, &v4); /* 16 bytes hold it */
		*a = addr_v4(v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	return cur_be64(&c, &a->hi) && cur_be64(&c, &a->lo);
}

static struct addr keep_bits(struct addr a, unsigned bits)
{
	if (bits <= 64)
		return (struct addr){ bits ? a.hi >> (64 - bits) << (64 - bits) : 0, 0 };
	return (struct addr){ a.hi, a.lo >> (128 - bits) << (128 - bits) };
}

/* Digits only, at most max. */
static bool parse_bits(const char *text, unsigned max, unsigned *bits)
{
	char *end;
	unsigned long v;

	if (*text < '0' || *text > '9')
		return false;
	v = strtoul(text, &end, 10);
	if (*end || v > max)
		return false;
	*bits = (unsigned)v;
	return true;
}

bool prefix_parse(const char *text, struct prefix *p)
{
	char buf[ADDR_TEXT_SIZE];
	const char *slash = strchrnul(text, '/');
	size_t len = (size_t)(slash - text);
	struct addr a;
	unsigned bits, max;

	if (len >= sizeof(buf))
		return false;
	memcpy(buf, text, len);
	buf[len] = 0;
	if (!addr_parse(buf, &a))
		return false;
	max = addr_is_v4(a) ? 32 : 128;
	bits = max;
	if (*slash && !parse_bits(slash + 1, max, &bits))
		return false;
	bits += 128 - max;
	*p = (struct prefix){ keep_bits(a, bits), bits };
	return true;
}

bool prefix_has(const struct prefix *p, struct addr a)
{
	return addr_equal(keep_bits(a, p->bits), p->base);
}

const char *proto_name(uint8_t proto)
{
	return proto == IPPROTO_TCP ? "TCP" : "UDP";
}
