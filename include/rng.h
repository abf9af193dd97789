/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_RNG_H
#define NFCLASS_RNG_H

#include <stdint.h>

/* A generator of its own for every (seed, stream), so that tree 7 draws the same numbers
 * whichever thread grows it.  xoshiro256** seeded by splitmix64 (Blackman and Vigna,
 * "Scrambled linear pseudorandom number generators", 2021).  Not for secrets. */
struct rng {
	uint64_t s[4];
};

void rng_init(struct rng *r, uint64_t seed, uint64_t stream);

uint64_t rng_u64(struct rng *r);

/* Uniform in 0..bound-1 without bias (Lemire 2019); bound is at least 1. */
uint32_t rng_below(struct rng *r, uint32_t bound);

/* Uniform in [0, 1), 53 bits. */
double rng_unit(struct rng *r);

#endif
