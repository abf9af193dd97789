/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_BYTES_H
#define NFCLASS_BYTES_H

#include "cursor.h"

/* Bytes and bits that become a file of ours, all little-endian, the lowest bit first.
 * Running out of memory is remembered in failed, to be asked for once at the end.  All
 * zero is empty; data is ended by free(). */
struct bytes {
	uint8_t *data;
	size_t len, room;
	bool failed;
	unsigned bits; /* that still wait for the rest of their byte */
	uint64_t wait;
};

void bytes_put(struct bytes *b, const void *data, size_t len);
void bytes_u8(struct bytes *b, uint8_t v);
void bytes_le16(struct bytes *b, uint16_t v);
void bytes_le32(struct bytes *b, uint32_t v);
void bytes_le64(struct bytes *b, uint64_t v);
void bytes_f32(struct bytes *b, float v);

/* Seven bits a byte, low ones first; the top bit says that more follow. */
void bytes_varint(struct bytes *b, uint32_t v);

/* The low n bits of v, n up to 32; bytes_end_bits() fills the last byte with zeros. */
void bytes_bits(struct bytes *b, uint32_t v, unsigned n);
void bytes_end_bits(struct bytes *b);

/* The way back; each reads nothing and is false when the bytes do not hold it. */
bool bytes_get_f32(struct cursor *c, float *v);

/* Also false when written longer than needed: one number, one form. */
bool bytes_get_varint(struct cursor *c, uint32_t *v);

struct bits {
	struct cursor c;
	unsigned count;
	uint64_t wait;
};

bool bits_get(struct bits *b, unsigned n, uint32_t *v);
uint64_t bits_left(const struct bits *b);

/* false when the rest is more than a byte's filling, or not zero. */
bool bits_end(const struct bits *b);

/* How many bits tell values 0 to count - 1 apart. */
static inline unsigned bits_for(uint32_t count)
{
	return count > 1 ? 32 - (unsigned)__builtin_clz(count - 1) : 0;
}

#endif
