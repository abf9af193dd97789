/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TRAIN_H
#define NFCLASS_TRAIN_H

#include "model.h"

/* From labelled burst-flows to a model: the forest, its calibration and its thresholds.
 */

struct train_params {
	struct forest_params forest;
	double precision; /* share of named labels that shall be right, by class */
	/* What the data was made with, for the model to keep. */
	enum feature_set set;
	struct mono gap, max;
	uint32_t mtu_bytes;
	uint32_t min_packets;
};

/* Rows to learn from: count row numbers of a data set. */
struct train_data {
	const struct dataset *set;
	const uint32_t *rows;
	size_t count;
};

/* Train m, fresh from model_init(); its classes are the data set's labels, provenance is
 * left to the caller.  *oob_accuracy is that of the forest's out-of-bag votes.  0, or
 * -errno with *f filled; m is the caller's to clear in either case. */
int train_model(struct model *m, const struct train_data *data,
                const struct train_params *p, double *oob_accuracy, struct fault *f);

#endif
