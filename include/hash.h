/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_HASH_H
#define NFCLASS_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A secret that keeps outsiders, who choose addresses and ports, from choosing hash
 * values too. */
struct hash_key {
	uint64_t k[2];
};

/* SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) of
 * words 64-bit words, each taken little-endian. */
uint64_t hash_words(const struct hash_key *key, const uint64_t *v, size_t words);

/* CRC-32C (Castagnoli, RFC 3720 appendix B.4); pass 0 to begin, the last result to go on.
 */
uint32_t hash_crc32c(uint32_t crc, const void *data, size_t len);

/* FNV-1a, 64 bits: names data sets and models, guards nothing. */
#define HASH_FNV_INIT 0xcbf29ce484222325
uint64_t hash_fnv(uint64_t h, const void *data, size_t len);

#endif
