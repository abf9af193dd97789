/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hash.h"

static inline uint64_t rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

uint64_t hash_words(const struct hash_key *key, const uint64_t *in, size_t words)
{
	uint64_t v[4] = { key->k[0] ^ 0x736f6d6570736575, key->k[1] ^ 0x646f72616e646f6d,
		          key->k[0] ^ 0x6c7967656e657261,
		          key->k[1] ^ 0x7465646279746573 };
	uint64_t last = (uint64_t)(words * 8) << 56;

	for (size_t i = 0; i < words; i++) {
		v[3] ^= in[i];
		sip_round(v);
		v[0] ^= in[i];
	}
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint32_t crc32c_byte(uint32_t c)
{
	for (int bit = 0; bit < 8; bit++)
		c = c >> 1 ^ (c & 1 ? 0x82f63b78 : 0);
	return c;
}

uint32_t hash_crc32c(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *p = (const uint8_t *)data;
	uint32_t table[256];

	/* Made anew for each call: a kilobyte of work beside the megabytes it checks. */
	for (uint32_t i = 0; i < 256; i++)
		table[i] = crc32c_byte(i);
	crc = ~crc;
	for (size_t i = 0; i < len; i++)
		crc = crc >> 8 ^ table[(crc ^ p[i]) & 0xff];
	return ~crc;
}

uint64_t hash_fnv(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = (const uint8_t *)data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3;
	return h;
}
