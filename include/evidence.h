/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_EVIDENCE_H
#define NFCLASS_EVIDENCE_H

#include "flow.h"
#include "hash.h"

/* The burst decides together.  What speaks for a class is a sum of four parts,
 * all logarithms, each with a strength that training learns.  Two of them ask what the
 * client does: as a mixture of any number of apps, and as one or two apps at a time. Both
 * leave room for a second app, where a product of probabilities would let the busier one
 * drown the other.  Addresses serve as keys here and nowhere as features. */
enum evidence_part {
	EVIDENCE_OWN,  /* the burst-flow's own probabilities */
	EVIDENCE_FLOW, /* those of earlier burst-flows of the same flow, multiplied */
	EVIDENCE_SOFT, /* the client's others that are sure: the burst's and, fading, the
	                * past's */
	EVIDENCE_HYP,  /* hypotheses: which one or two apps do the client's others fit */
	EVIDENCE_PARTS
};

struct evidence_strengths {
	float part[EVIDENCE_PARTS];
	/* Of hypotheses: */
	float tau;  /* how much a burst-flow's probabilities are trusted */
	float eps;  /* the share of burst-flows that belong to no app in particular */
	float rho;  /* how much less likely two apps are than one, a logarithm */
	float fade; /* what is left of the past a burst later, 0 to 1 */
};

/* A flow's probabilities by its own features come twice.  Not all that tells apps apart
 * today does so on another day or with another app beside; what a flow says of others is
 * to be sound rather than sharp. */
enum evidence_view {
	EVIDENCE_OWNS, /* what it says of itself */
	EVIDENCE_SAYS, /* what it says of its neighbours */
	EVIDENCE_VIEWS
};

/* What served well on single traces and on two laid over each other. */
struct evidence_strengths evidence_defaults(void);

/* Pairs of apps are thought of up to so many classes; past that, single ones. */
#define EVIDENCE_PAIRS_MAX 64

/* What the daemon or a capture has seen so far, in memory bounded when it is made; the
 * record that was used the longest ago makes room for a new one.  What is older than
 * PAST_LIFE is forgotten: by then the client may do something else. */
#define EVIDENCE_FLOWS     65536
#define EVIDENCE_CLIENTS   4096
struct evidence;

struct evidence_params {
	unsigned classes;
	const float *prior; /* by class: its share of what was learned from; borrowed */
	struct evidence_strengths strengths;
	uint32_t max_flows, max_clients; /* remembered */
	struct hash_key secret;
};

/* NULL when memory is short.  Ended by evidence_free(), which takes NULL. */
struct evidence *evidence_new(const struct evidence_params *p);
void evidence_free(struct evidence *e);

/* As new: no past.  Takes as long as the flows and clients that are remembered are many.
 */
void evidence_forget(struct evidence *e);

/* One ended burst, whose flows have the same client: ends[i] are the ends of flow i of n,
 * p is EVIDENCE_VIEWS rows of probabilities for each, one a class. */
struct evidence_burst {
	struct mono last; /* packet */
	const struct flow_ends *const *ends;
	const float *p;
	const float *novelty; /* of each flow by its own features; NULL: none is novel */
	size_t n;
};

/* Weigh a burst, bursts in the order of their ends: the n rows of q get probabilities in
 * the light of all evidence, and the burst becomes part of the past.  q must not be p. */
void evidence_weigh(struct evidence *e, const struct evidence_burst *b, float *q);

/* The same in steps, with b the same throughout: begin with a burst that has flows,
 * gather each of them, then judge each of them, then remember each of them, always in
 * order and with nothing else in between. */
void evidence_begin(struct evidence *e, const struct evidence_burst *b);
void evidence_gather(struct evidence *e, const struct evidence_burst *b, size_t i);
void evidence_judge(struct evidence *e, const struct evidence_burst *b, size_t i,
                    float *q);
void evidence_remember(struct evidence *e, const struct evidence_burst *b, size_t i);

/* The novelty of flow i as its neighbours have it: half its own, half the mean of the
 * burst's and, fading, of the client's earlier ones.  A new app's burst-flows are not all
 * unheard of.  Where flow i is judged. */
float evidence_novelty(const struct evidence *e, const struct evidence_burst *b,
                       size_t i);

/* What each part says of the flow that was judged last, EVIDENCE_PARTS rows of one number
 * a class; good until anything else is asked. */
const float *evidence_said(const struct evidence *e);

/* Weigh the first flow of a burst that is still open, as if it ended now with these
 * flows, of which there is at least that one.  Nothing is remembered. */
void evidence_early(struct evidence *e, const struct evidence_burst *b, float *q);

/* The same as evidence_weigh(), but for the sum: n times EVIDENCE_PARTS rows of z get
 * what each part says, one number a class. */
void evidence_parts(struct evidence *e, const struct evidence_burst *b, float *z);

/* From parts, as evidence_parts() gives them for one flow, to probabilities. */
void evidence_sum(const struct evidence_strengths *s, unsigned classes, const float *z,
                  float *q);

/* What p, said of its neighbours, counts in the naming of a whole trace: ratios to the
 * prior, as shares, to the sixth power.  Much of a trace is background that every app
 * has, so those who are sure have the say.  The sum over the trace names it. */
void evidence_vote(unsigned classes, const float *prior, const float *p, float *vote);

/* The likeliest class; of equal ones the first. */
uint32_t evidence_best(const float *q, unsigned classes);

#endif
