/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "label.h"

const char *label_name(const struct model *m, const struct label *l)
{
	return l->reason == LABEL_KNOWN ? m->classes.name[l->best] : "Unknown";
}

const char *label_reason_name(enum label_reason r)
{
	switch (r) {
	case LABEL_KNOWN:
		return "";
	case LABEL_LOW_CONFIDENCE:
		return "low-confidence";
	case LABEL_TOO_FEW_PACKETS:
		return "too-few-packets";
	}
	return "";
}

size_t label_work_size(const struct model *m, uint32_t most_flows)
{
	(void)most_flows; /* each flow is done with before the next */
	return m->classes.count * (sizeof(uint32_t) + sizeof(float));
}

uint32_t label_most_votes(const uint32_t *votes, uint32_t classes)
{
	uint32_t best = 0;

	for (uint32_t c = 1; c < classes; c++)
		if (votes[c] > votes[best])
			best = c;
	return best;
}

struct label label_of_votes(const struct model *m, const uint32_t *votes,
                            uint64_t packets, float *work)
{
	uint32_t best = label_most_votes(votes, m->classes.count);
	struct label l = { .best = best };

	model_confidence(m, votes, forest_trees(m->forest), work);
	l.confidence = work[best];
	if (packets < m->min_packets)
		l.reason = LABEL_TOO_FEW_PACKETS;
	else if (l.confidence < m->threshold[best])
		l.reason = LABEL_LOW_CONFIDENCE;
	return l;
}

void label_burst(const struct model *m, const struct burst *b, bool alone, void *work,
                 struct label *label)
{
	uint32_t *votes = work;
	float x[FEATURE_MAX];

	(void)alone; /* so far each flow speaks for itself in either case */
	burst_each_flow (b, bf) {
		feature_vector(m->set, bf, x);
		forest_votes(m->forest, x, votes);
		*label++ = label_of_votes(m, votes,
		                          bf->pkts[BURST_SENT] + bf->pkts[BURST_RCVD],
		                          (float *)(votes + m->classes.count));
	}
}
