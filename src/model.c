/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model.h"

#include <errno.h>
#include <stdlib.h>

void model_init(struct model *m)
{
	*m = (struct model){ .novelty = { .limit = NOVELTY_NEVER,
		                          .limit_alone = NOVELTY_NEVER } };
}

void model_clear(struct model *m)
{
	names_clear(&m->classes);
	names_clear(&m->provenance);
	free(m->prior);
	free(m->threshold);
	free(m->threshold_alone);
	free(m->importance_gini);
	free(m->importance_permutation);
	free(m->median);
	novelty_clear(&m->novelty);
	forest_free(m->forest);
	model_init(m);
}

int model_reserve(struct model *m, uint32_t classes, uint32_t features)
{
	m->prior = calloc(classes + 1, sizeof(*m->prior));
	m->threshold = calloc(classes + 1, sizeof(*m->threshold));
	m->threshold_alone = calloc(classes + 1, sizeof(*m->threshold_alone));
	m->importance_gini = calloc(features + 1, sizeof(*m->importance_gini));
	m->importance_permutation =
		calloc(features + 1, sizeof(*m->importance_permutation));
	m->median = calloc(features + 1, sizeof(*m->median));
	return m->prior && m->threshold && m->threshold_alone && m->importance_gini &&
	                       m->importance_permutation && m->median
	               ? 0
	               : -ENOMEM;
}

void model_shares_of(const struct model *m, const uint32_t *votes, unsigned trees,
                     float *p)
{
	float all = (float)trees * FOREST_UNIT;
	uint32_t left = trees * FOREST_UNIT;

	for (uint32_t c = 0; c < m->classes.count; c++)
		left -= votes[c];
	for (uint32_t c = 0; c < m->classes.count; c++) {
		p[c] = (float)votes[c] / all;
		if (left)
			p[c] += (float)left / all * m->prior[c];
	}
}

void model_shares(const struct model *m, const uint32_t *votes, float *p)
{
	uint32_t n = m->classes.count;

	model_shares_of(m, votes + FOREST_ALL * n, forest_trees(m->forest),
	                p + EVIDENCE_OWNS * n);
	model_shares_of(m, votes + FOREST_NARROW * n, forest_narrow_trees(m->forest),
	                p + EVIDENCE_SAYS * n);
}

bool model_ambiguous(const struct model *m, const uint32_t *votes)
{
	uint32_t left = forest_trees(m->forest) * FOREST_UNIT;

	for (uint32_t c = 0; c < m->classes.count; c++)
		left -= votes[c];
	return left > votes[forest_best(votes, m->classes.count)];
}

void model_confidence(const struct model *m, const uint32_t *votes, unsigned trees,
                      float *p)
{
	calibrate_apply(&m->calibration, m->prior,
	                (struct calibrate_row){ votes, m->classes.count, trees }, p);
}
