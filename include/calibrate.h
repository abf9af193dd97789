/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CALIBRATE_H
#define NFCLASS_CALIBRATE_H

#include "forest.h"

/* From votes to probabilities, and from which probability on a class may be named. */

/* p(class) is proportional to (share of votes + weight * prior)^power. */
struct calibration {
	float weight, power;
};

/* Rows whose classes are known, and what trees that had not seen them voted (as in struct
 * forest_oob); rows with no such tree are passed over. */
struct calibrate_votes {
	size_t rows;
	uint32_t classes;
	const uint32_t *votes, *trees;
	const uint32_t *label; /* by row */
	const float *prior;    /* by class, adding up to 1 */
};

/* The calibration with the least log loss on a grid of weights and powers; of many rows
 * some thousands, evenly chosen, are looked at. */
struct calibration calibrate_fit(const struct calibrate_votes *v);

/* One row's votes by class, of so many trees (1 and up). */
struct calibrate_row {
	const uint32_t *votes;
	uint32_t classes, trees;
};

/* p[class] for one row. */
void calibrate_apply(const struct calibration *c, const float *prior,
                     struct calibrate_row row, float *p);

/* A threshold that no confidence reaches. */
#define CALIBRATE_NEVER 2.0F

/* What would be said of a row if nothing were Unknown. */
struct calibrate_guess {
	uint32_t label; /* the guessed class */
	float confidence;
	bool right;
};

/* threshold[class]: the smallest confidence such that, of the guesses of that class with
 * at least this confidence, the share of right ones is at least precision with 90 %
 * certainty (one-sided Clopper-Pearson, 1934); CALIBRATE_NEVER when there is none.  Sorts
 * the n guesses. */
void calibrate_thresholds(struct calibrate_guess *guess, size_t n, uint32_t classes,
                          double precision, float *threshold);

/* The probability of k or more successes among n tries that succeed with p in (0, 1). */
double calibrate_tail(uint64_t k, uint64_t n, double p);

#endif
