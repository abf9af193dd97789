/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_EXPLAIN_H
#define NFCLASS_EXPLAIN_H

#include "label.h"

/* Why a burst-flow got its label.
 *
 * Each tree leads from its root to a leaf, and with every step the share of a class among
 * the leaves that can still be reached changes: that change is what the step's feature
 * contributes.  Summed by feature and averaged over the trees, with the shares at the
 * roots added, they are the votes (Saabas, "Interpreting random forests", 2014;
 * Palczewska et al., "Interpreting random forest models using a feature contribution
 * method", 2013). There a node's share is that of the training rows that reach it; here,
 * where only leaves are kept, it is the mean over the leaves below. */

/* Shares of the votes for row x: prior[class] + the sum over f of moved[f * classes +
 * class] is what forest_votes() gives.  0 or -ENOMEM. */
int explain_votes(const struct forest *fo, const float *x, double *prior, double *moved);

struct explain_feature {
	unsigned feature;
	float value, median; /* median of the training rows */
	double moved;        /* the share of votes for best over that for rival */
};

struct explain {
	struct label label;
	uint32_t best, rival; /* the two likeliest classes in the light of all evidence */
	unsigned classes, features;
	double *votes; /* by class: shares of the trees' votes */
	double *all;   /* by class: probabilities in the light of all evidence */
	/* What each part of the evidence says for best against rival, in logarithms of
	 * odds; they add up to log(all[best] / all[rival]).  0 where it was left out. */
	double part[EVIDENCE_PARTS];
	/* votes[best] - votes[rival] is prior and what all features moved; those that
	 * moved most come first. */
	double prior;
	struct explain_feature *feature;
	/* By its own features, and as its neighbours have it: the same when labelled
	 * alone.  The latter makes the doubt, see novelty.h. */
	float novelty, novelty_together;
	const float *row; /* by feature: values; borrowed until the next burst */
	unsigned strays;  /* features outside of what was learned, most telling first */
	struct novelty_stray *stray;
};

/* Explain flow i of the burst that l, made with parts, has labelled last.  0 or -ENOMEM;
 * ended by explain_clear() in either case. */
int explain_flow(struct explain *x, const struct labeller *l, size_t i);
void explain_clear(struct explain *x);

const char *explain_part_name(enum evidence_part k);

#endif
