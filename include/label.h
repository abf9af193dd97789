/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_LABEL_H
#define NFCLASS_LABEL_H

#include "burst.h"
#include "model.h"

/* The name given to a burst-flow. */
enum label_reason {
	LABEL_KNOWN,
	LABEL_LOW_CONFIDENCE,
	LABEL_TOO_FEW_PACKETS,
	LABEL_NOVEL,    /* like nothing that was learned from */
	LABEL_AMBIGUOUS /* more like what all apps have than like any of them */
};

struct label {
	uint32_t best;    /* the likeliest class, also when the answer is Unknown */
	float confidence; /* calibrated probability of best */
	float doubt;      /* that it is any of the classes, see novelty.h */
	enum label_reason reason;
	bool provisional; /* its burst had not ended */
};

/* The class's name, or "Unknown". */
const char *label_name(const struct model *m, const struct label *l);
const char *label_reason_name(enum label_reason r); /* "", "low-confidence", ... */

/* What is known of a burst-flow beside its probabilities. */
struct label_case {
	uint64_t packets;
	float novelty; /* its own, or in the light of its neighbours */
	bool ambiguous;
};

/* The label by a row's votes of all trees alone, with calibrated confidence; work has
 * room for a float a class. */
struct label label_alone(const struct model *m, const uint32_t *votes,
                         struct label_case c, float *work);

/* The label that probabilities q[class] in the light of all evidence give. */
struct label label_together(const struct model *m, const float *q, struct label_case c);

/* Names bursts by a model, one after the other, and keeps what they tell of the bursts to
 * come. */
struct labeller;

struct labeller_params {
	const struct model *model; /* borrowed until labeller_free() */
	uint32_t max_burst_flows;
	bool alone; /* each burst-flow by its own votes only */
	bool parts; /* keep what each part of the evidence says */
	struct hash_key secret;
};

/* NULL when memory is short.  Ended by labeller_free(), which takes NULL. */
struct labeller *labeller_new(const struct labeller_params *p);
void labeller_free(struct labeller *l);

/* As new, for another capture: nothing is known of clients and flows before. */
void labeller_forget(struct labeller *l);

/* Labels for all flows of an ended burst, in the order of its list, good until the next
 * call.  Bursts come in the order of their ends. */
const struct label *labeller_burst(struct labeller *l, const struct burst *b);

/* How it came to the label of flow i of the burst that was labelled last; good until the
 * next call. */
struct labeller_flow {
	const struct model *model;
	struct label label;
	const uint32_t *votes;    /* by class, of forest_votes() */
	const float *probability; /* by class */
	const float *parts; /* as evidence_parts() gives them, or NULL when not kept */
	const float *x;     /* its features */
	float novelty;      /* by these alone */
};
struct labeller_flow labeller_flow(const struct labeller *l, size_t i);

/* The same in parts, for who must not be kept long: begin, then go on, each time with one
 * of a few things for so many flows, as long as NULL is returned, and nothing else in
 * between. */
void labeller_begin(struct labeller *l, const struct burst *b);
const struct label *labeller_go_on(struct labeller *l, uint32_t flows);

/* A label for a burst-flow that is due, by what is known so far: labels for ended bursts
 * do not change by it.  Not while a burst is being labelled in parts. */
struct label labeller_early(struct labeller *l, const struct burst_flow *bf);

#endif
