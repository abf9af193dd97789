/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_PAIRING_H
#define NFCLASS_PAIRING_H

#include "rng.h"

/* Which trace is laid over which, at random: over[i] is laid over i, and is of another
 * class.  Each of the n traces is laid over another once, so that with its turn as the
 * base all are used twice; only where a class has more than half of the traces, those of
 * the others serve again for the rest of it.  0, or -EINVAL when there is but one class.
 */
int pairing_make(uint32_t *over, const uint32_t *class_of, uint32_t n, struct rng *r);

#endif
