/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_MODEL_H
#define NFCLASS_MODEL_H

#include "feature.h"
#include "calibrate.h"
#include "evidence.h"
#include "novelty.h"

/* A forest with all that is needed to use it rightly: what its features are, how bursts
 * were cut, what the classes are called, how votes become confidence, from which
 * confidence on a class may be named, and where it comes from. */

struct model {
	enum feature_set set;
	struct mono gap, max;
	uint32_t mtu_bytes;
	uint32_t min_packets; /* fewer in a burst-flow: Unknown, too-few-packets */
	struct names classes;
	float *prior; /* by class: its share of the training rows */
	/* By class: the smallest confidence to be named, with all evidence and by a
	 * burst-flow's own votes; above 1: never. */
	float *threshold, *threshold_alone;
	float precision; /* what the thresholds were set for */
	struct calibration calibration;
	struct evidence_strengths strengths;
	struct novelty novelty;
	float *importance_gini, *importance_permutation; /* by feature */
	float *median; /* by feature: of the training rows */
	/* KEY=VALUE: set, rows, traces, seed, date, digest, oob_accuracy, ... */
	struct names provenance;
	struct forest *forest;
};

void model_init(struct model *m);
void model_clear(struct model *m);

/* The arrays, all zero, for so many classes and features.  0 or -ENOMEM; m is to be
 * cleared in either case. */
int model_reserve(struct model *m, uint32_t classes, uint32_t features);

/* Read a model file's bytes into m (any content before is not freed).  Every count,
 * offset, checksum, node and number is checked here, so that using the model needs no
 * check. -EINVAL or -ENOMEM with offset and reason in f; m then holds nothing. */
int model_parse(struct model *m, const void *data, size_t len, struct fault *f);

/* The bytes of a model file, to be ended by free(): the same model gives the same bytes.
 * 0, -ENOMEM, or -EINVAL when m is not whole or breaks a limit of the format (it could
 * not be read back). */
int model_pack(const struct model *m, uint8_t **data, size_t *len);

/* Limits of the format beside those of forest.h. */
#define MODEL_LABEL_SIZE      DATASET_LABEL_SIZE
#define MODEL_PROVENANCE_MAX  1024 /* entries */
#define MODEL_PROVENANCE_SIZE 1024 /* bytes of one, NUL included */

/* Shares of votes, p[class], of so many trees (1 and up).  Votes for none of the classes
 * are shared out by the prior: they say nothing. */
void model_shares_of(const struct model *m, const uint32_t *votes, unsigned trees,
                     float *p);

/* The same of the votes of forest_views() for a row: what evidence weighs,
 * EVIDENCE_VIEWS times p[class]. */
void model_shares(const struct model *m, const uint32_t *votes, float *p);

/* Whether votes of forest_votes() are most of all for none of the classes. */
bool model_ambiguous(const struct model *m, const uint32_t *votes);

/* Calibrated probabilities, p[class], from votes of forest_votes() over so many trees (1
 * and up). */
void model_confidence(const struct model *m, const uint32_t *votes, unsigned trees,
                      float *p);

#endif
