/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "train.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct fault *f)
{
	return fault_set(f, -ENOMEM, "out of memory");
}

/* What is known before any tree has grown. */
static int prepare(struct model *m, const struct train_data *data,
                   const struct train_params *p)
{
	const struct dataset *d = data->set;

	m->set = p->set;
	m->gap = p->gap;
	m->max = p->max;
	m->mtu_bytes = p->mtu_bytes;
	m->min_packets = p->min_packets;
	m->precision = (float)p->precision;
	for (uint32_t c = 0; c < d->labels.count; c++)
		if (names_add(&m->classes, d->labels.name[c]) == NAMES_NONE)
			return -ENOMEM;
	if (model_reserve(m, d->labels.count, d->features.count) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < data->count; i++)
		m->prior[d->row[data->rows[i]].label] += 1 / (float)data->count;
	return 0;
}

/* Confidence and thresholds from what trees say of rows that they have not seen. */
static int calibrate(struct model *m, const struct train_data *data,
                     const struct forest_oob *oob)
{
	uint32_t *label = calloc(data->count + 1, sizeof(*label));
	struct calibrate_votes v = {
		.rows = data->count,
		.classes = m->classes.count,
		.votes = oob->votes,
		.trees = oob->trees,
		.label = label,
		.prior = m->prior,
	};
	int err;

	if (!label)
		return -ENOMEM;
	for (size_t i = 0; i < data->count; i++)
		label[i] = data->set->row[data->rows[i]].label;
	m->calibration = calibrate_fit(&v);
	err = calibrate_thresholds(&v, &m->calibration, (double)m->precision,
	                           m->threshold);
	free(label);
	return err;
}

int train_model(struct model *m, const struct train_data *data,
                const struct train_params *p, double *oob_accuracy, struct fault *f)
{
	size_t features = data->set->features.count;
	struct forest_oob oob;
	int err = -EINVAL;

	if (prepare(m, data, p) < 0)
		return no_memory(f);
	m->forest = forest_train(data->set, data->rows, data->count, &p->forest, &oob, f);
	if (m->forest) {
		memcpy(m->importance_gini, oob.gini, features * sizeof(*oob.gini));
		memcpy(m->importance_permutation, oob.permutation,
		       features * sizeof(*oob.permutation));
		*oob_accuracy = oob.accuracy;
		err = calibrate(m, data, &oob);
		if (err)
			no_memory(f);
	}
	forest_oob_clear(&oob);
	return err;
}
