/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spread.h"

#include <stddef.h>

static void halve(struct spread *s)
{
	s->count = 0;
	for (unsigned i = 0; i < SPREAD_BINS; i++) {
		/* Rounded up, so that what was seen stays seen. */
		s->bin[i] = (uint16_t)((s->bin[i] + 1) / 2);
		s->count += s->bin[i];
	}
}

void spread_add(struct spread *s, uint32_t len_bytes, uint64_t n)
{
	uint32_t i = len_bytes / SPREAD_BIN_BYTES;

	if (i >= SPREAD_BINS)
		i = SPREAD_BINS - 1;
	if (n > UINT16_MAX / 2)
		n = UINT16_MAX / 2;
	if (s->bin[i] + n > UINT16_MAX)
		halve(s);
	s->bin[i] = (uint16_t)(s->bin[i] + n);
	s->count += (uint32_t)n;
}

void spread_deciles(const struct spread *a, const struct spread *b,
                    float deciles[static SPREAD_DECILES])
{
	uint64_t all = a->count + (b ? (uint64_t)b->count : 0), below = 0;
	unsigned k = 0;

	for (unsigned i = 0; i < SPREAD_BINS; i++) {
		unsigned middle = i * SPREAD_BIN_BYTES + SPREAD_BIN_BYTES / 2;

		below += a->bin[i] + (b ? b->bin[i] : 0U);
		/* The middle of the bin that holds the packet of rank k/10. */
		while (k < SPREAD_DECILES && below > 0 && below * 10 >= all * (k + 1))
			deciles[k++] = (float)middle;
	}
	while (k < SPREAD_DECILES)
		deciles[k++] = 0;
}
