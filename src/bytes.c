/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

void bytes_put(struct bytes *b, const void *data, size_t len)
{
	if (b->room - b->len < len) {
		size_t room = 2 * b->room + len + 256;
		uint8_t *grown = b->failed ? NULL : realloc(b->data, room);

		if (!grown) {
			b->failed = true;
			return;
		}
		b->data = grown;
		b->room = room;
	}
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
}

void bytes_u8(struct bytes *b, uint8_t v)
{
	bytes_put(b, &v, 1);
}

void bytes_le16(struct bytes *b, uint16_t v)
{
	bytes_u8(b, (uint8_t)v);
	bytes_u8(b, (uint8_t)(v >> 8));
}

void bytes_le32(struct bytes *b, uint32_t v)
{
	bytes_le16(b, (uint16_t)v);
	bytes_le16(b, (uint16_t)(v >> 16));
}

void bytes_le64(struct bytes *b, uint64_t v)
{
	bytes_le32(b, (uint32_t)v);
	bytes_le32(b, (uint32_t)(v >> 32));
}

void bytes_f32(struct bytes *b, float v)
{
	uint32_t u;

	memcpy(&u, &v, sizeof(u));
	bytes_le32(b, u);
}

void bytes_varint(struct bytes *b, uint32_t v)
{
	for (; v >= 0x80; v >>= 7)
		bytes_u8(b, (uint8_t)(v | 0x80));
	bytes_u8(b, (uint8_t)v);
}

void bytes_bits(struct bytes *b, uint32_t v, unsigned n)
{
	b->wait |= (uint64_t)v << b->bits;
	for (b->bits += n; b->bits >= 8; b->bits -= 8) {
		bytes_u8(b, (uint8_t)b->wait);
		b->wait >>= 8;
	}
}

void bytes_end_bits(struct bytes *b)
{
	if (b->bits)
		bytes_u8(b, (uint8_t)b->wait);
	b->bits = 0;
	b->wait = 0;
}

bool bytes_get_f32(struct cursor *c, float *v)
{
	uint32_t u;

	if (!cur_le32(c, &u))
		return false;
	memcpy(v, &u, sizeof(*v));
	return true;
}

bool bytes_get_varint(struct cursor *c, uint32_t *v)
{
	struct cursor at = *c;
	uint32_t sum = 0;
	uint8_t byte;

	for (unsigned shift = 0; shift < 35; shift += 7) {
		if (!cur_u8(&at, &byte) || (shift == 28 && byte > 0x0f) ||
		    (shift && byte == 0))
			return false;
		sum |= (uint32_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*v = sum;
			*c = at;
			return true;
		}
	}
	return false;
}

bool bits_get(struct bits *b, unsigned n, uint32_t *v)
{
	uint8_t byte;

	while (b->count < n) {
		if (!cur_u8(&b->c, &byte))
			return false;
		b->wait |= (uint64_t)byte << b->count;
		b->count += 8;
	}
	*v = (uint32_t)(b->wait & ((1ULL << n) - 1));
	b->wait >>= n;
	b->count -= n;
	return true;
}

uint64_t bits_left(const struct bits *b)
{
	return (uint64_t)cur_left(&b->c) * 8 + b->count;
}

bool bits_end(const struct bits *b)
{
	return bits_left(b) < 8 && b->wait == 0;
}
