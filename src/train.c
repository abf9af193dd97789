/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "train.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct fault *f)
{
	return fault_set(f, -ENOMEM, "out of memory");
}

static int copy_classes(struct model *m, const struct dataset *d, struct fault *f)
{
	for (uint32_t c = 0; c < d->labels.count; c++)
		if (names_add(&m->classes, d->labels.name[c]) == NAMES_NONE)
			return no_memory(f);
	return 0;
}

static int set_priors(struct model *m, const struct dataset *d, const uint32_t *rows,
                      size_t count, struct fault *f)
{
	m->prior = calloc(m->classes.count, sizeof(*m->prior));
	m->threshold = calloc(m->classes.count, sizeof(*m->threshold));
	if (!m->prior || !m->threshold)
		return no_memory(f);
	for (size_t i = 0; i < count; i++)
		m->prior[d->row[rows[i]].label] += 1;
	for (uint32_t c = 0; c < m->classes.count; c++)
		m->prior[c] /= (float)count;
	return 0;
}

/* The importances move from the out-of-bag figures into the model. */
static void take_importance(struct model *m, struct forest_oob *oob)
{
	m->importance_gini = oob->gini;
	m->importance_permutation = oob->permutation;
	oob->gini = oob->permutation = NULL;
}

int train_model(struct model *m, const struct dataset *d, const uint32_t *rows,
                size_t count, const struct train_params *p, double *oob_accuracy,
                struct fault *f)
{
	struct forest_oob oob;
	int err;

	m->set = p->set;
	m->gap = p->gap;
	m->max = p->max;
	m->mtu_bytes = p->mtu_bytes;
	m->min_packets = p->min_packets;
	m->precision = (float)p->precision;
	err = copy_classes(m, d, f);
	if (!err)
		err = set_priors(m, d, rows, count, f);
	if (err)
		return err;
	m->forest = forest_train(d, rows, count, &p->forest, &oob, f);
	if (m->forest) {
		*oob_accuracy = oob.accuracy;
		take_importance(m, &oob);
	} else
		err = -EINVAL;
	forest_oob_clear(&oob);
	return err;
}
