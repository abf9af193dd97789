/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_MIX_H
#define NFCLASS_MIX_H

#include "dataset.h"
#include "feature.h"

/* Burst-flows of a client that uses two apps at a time: traces laid over each other,
 * packet by packet, each burst-flow with the label of the trace that it comes from. */
struct mix {
	const struct dataset *d;   /* of captures, trace after trace */
	const struct names *files; /* by trace of d */
	const struct burst_params *burst;
	enum feature_set set;
	uint64_t seed, round; /* of every random choice */
};

/* Lay each of count traces over another, and another over it, as pairing_make() has it:
 * the shorter of two begins at a random moment of the longer.  What comes out goes to
 * *out, fresh from dataset_init(), which gets d's labels and features by their numbers;
 * each pair of traces is one of its traces, "BASE+OVER", and this one has two labels.
 * Captures are read again: no more than two of them are open at a time.  0, or -errno
 * with *f filled; *out is to be cleared in either case. */
int mix_make(struct dataset *out, const struct mix *m, const uint32_t *traces,
             uint32_t count, struct fault *f);

#endif
