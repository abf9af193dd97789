/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_EVIDENCE_H
#define NFCLASS_EVIDENCE_H

#include "flow.h"
#include "hash.h"

/* The burst decides together (DESIGN 4): a burst-flow's own log-probabilities and those
 * of its neighbours, each kind with a strength of its own.  Neighbours are the burst's
 * other flows, the same flow's earlier bursts, the client's earlier traffic with the same
 * server network, and the client's recent bursts.  Addresses serve as keys here and
 * nowhere as features. */

/* A burst-flow's own log-probabilities count as 1, a neighbour's by these. */
struct evidence_strengths {
	float burst;  /* each other flow of the burst */
	float flow;   /* each earlier burst-flow of the same flow */
	float server; /* each earlier one of this client with the server's /24 or /48 */
	float client; /* each in the client's earlier bursts */
	float fade;   /* what is left of the client's past a burst later, 0 to 1 */
};

/* What the daemon or a capture has seen so far, in memory bounded when it is made; the
 * record that was used the longest ago makes room for a new one. */
struct evidence;

/* NULL when memory is short.  Ended by evidence_free(), which takes NULL. */
struct evidence *evidence_new(unsigned classes, const struct evidence_strengths *s,
                              uint32_t max_records, const struct hash_key *secret);
void evidence_free(struct evidence *e);

/* Weigh one ended burst, bursts in the order of their ends.  ends[i] are the ends of its
 * flow i of n, all with the same client; own is n rows of log-probabilities, one a class.
 * The rows of score get the sum of the evidence (the larger, the likelier; not
 * normalised), and the burst becomes part of the past. */
void evidence_weigh(struct evidence *e, const struct flow_ends *const *ends, size_t n,
                    const float *own, float *score);

#endif
