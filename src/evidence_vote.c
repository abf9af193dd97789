/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence.h"

uint32_t evidence_best(const float *q, unsigned classes)
{
	uint32_t best = 0;

	for (uint32_t c = 1; c < classes; c++)
		if (q[c] > q[best])
			best = c;
	return best;
}

void evidence_vote(unsigned classes, const float *prior, const float *p, float *vote)
{
	float sum = 0;

	for (unsigned c = 0; c < classes; c++) {
		vote[c] = prior[c] > 0 ? p[c] / prior[c] : 0;
		sum += vote[c];
	}
	for (unsigned c = 0; c < classes; c++) {
		float q = sum > 0 ? vote[c] / sum : 0;

		q *= q * q;
		vote[c] = q * q;
	}
}
