/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_SPREAD_H
#define NFCLASS_SPREAD_H

#include <stdint.h>

/* How packet lengths spread: a histogram of fixed size, for percentiles in one pass.  All
 * zero is the empty one. */
#define SPREAD_BIN_BYTES 16
#define SPREAD_BINS      95 /* the last one also takes what is longer than 1,520 bytes */

struct spread {
	uint32_t count;
	uint16_t bin[SPREAD_BINS];
};

/* Count n packets of len_bytes.  When a bin is full, all are halved: the shares stay. */
void spread_add(struct spread *s, uint32_t len_bytes, uint64_t n);

/* The lengths below which 10, 20, ... 90 % of the packets of a and b together lie, to the
 * width of a bin; all 0 when there are none.  b may be NULL. */
#define SPREAD_DECILES 9
void spread_deciles(const struct spread *a, const struct spread *b,
                    float deciles[static SPREAD_DECILES]);

#endif
