/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_EVIDENCE_H
#define NFCLASS_EVIDENCE_H

#include "flow.h"
#include "hash.h"

/* The burst decides together (DESIGN 4).  To a burst-flow's own log-probabilities come
 * those of traffic that most likely belongs to the same app: flows of this burst with the
 * same server network, the flow's own earlier bursts, the client's earlier traffic with
 * that network. What the rest of the burst and the client's recent bursts say enters as a
 * prior of counts, as in a mixture of several apps: two apps at once on one client each
 * keep their share, where a product of probabilities would let one drown the other.
 * Addresses serve as keys here and nowhere as features. */

struct evidence_strengths {
	float own;    /* a burst-flow's own log-probabilities */
	float same;   /* each other flow of the burst with the same server network */
	float flow;   /* each earlier burst-flow of the same flow */
	float server; /* each earlier one of this client with the same server network */
	float prior;  /* the logarithm of the prior */
	float alpha;  /* evenly spread counts that the prior begins with */
	float fade;   /* what is left of the client's counts a burst later, 0 to 1 */
};

/* Measured on single traces and on two laid over each other, see models/README.md. */
struct evidence_strengths evidence_defaults(void);

/* What the daemon or a capture has seen so far, in memory bounded when it is made; the
 * record that was used the longest ago makes room for a new one.  What is older than
 * EVIDENCE_LIFE is forgotten: by then the client may do something else. */
#define EVIDENCE_RECORDS 65536
#define EVIDENCE_LIFE    mono_ms(10 * 60 * 1000)
struct evidence;

/* NULL when memory is short.  Ended by evidence_free(), which takes NULL. */
struct evidence *evidence_new(unsigned classes, const struct evidence_strengths *s,
                              uint32_t max_records, const struct hash_key *secret);
void evidence_free(struct evidence *e);

/* One ended burst, whose flows have the same client: ends[i] are the ends of flow i of n,
 * p is n rows of probabilities, one a class, by each flow's own features. */
struct evidence_burst {
	struct mono last; /* packet */
	const struct flow_ends *const *ends;
	const float *p;
	size_t n;
};

/* Weigh a burst, bursts in the order of their ends: the n rows of q get probabilities in
 * the light of all evidence, and the burst becomes part of the past.  q must not be p. */
void evidence_weigh(struct evidence *e, const struct evidence_burst *b, float *q);

/* The likeliest class; of equal ones the first. */
uint32_t evidence_best(const float *q, unsigned classes);

#endif
