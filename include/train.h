/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TRAIN_H
#define NFCLASS_TRAIN_H

#include "model.h"
#include "teach.h"

/* From labelled burst-flows to a model: the forest, its calibration and its thresholds.
 */

struct train_params {
	struct forest_params forest; /* narrow is chosen by the set */
	bool wide;                   /* all trees may ask for all features */
	double novel; /* share of known burst-flows that may be called novel; 0: none */
	struct teach_params teach;
	double precision; /* share of named labels that shall be right, by class */
	/* What the data was made with, for the model to keep. */
	enum feature_set set;
	struct mono gap, max;
	uint32_t mtu_bytes;
	uint32_t min_packets;
};

/* What training saw beside what the model holds. */
struct train_seen {
	/* Of out-of-bag votes, of trees that know nothing of a row's trace where there
	 * are traces enough. */
	double oob_accuracy;
	size_t not_learned; /* rows that were not learned as what they say */
};

/* Train m, fresh from model_init(); classes are the data set's labels, and provenance is
 * left to the caller.  0, or -errno with *f filled; m is the caller's to clear. */
int train_model(struct model *m, const struct forest_rows *rows,
                const struct train_params *p, struct train_seen *seen, struct fault *f);

#endif
