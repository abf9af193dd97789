/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "label.h"

#include <assert.h>
#include <stdlib.h>

#include "evidence.h"

struct labeller {
	struct labeller_params p;
	struct evidence *past;
	uint32_t *votes;               /* of the flow at hand */
	const struct flow_ends **ends; /* of the burst's flows, as are those below */
	float *own, *all;              /* probabilities, a row a flow */
	struct label *label;
};

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

struct label label_of(const struct model *m, const float *q, bool alone, uint64_t packets)
{
	const float *threshold = alone ? m->threshold_alone : m->threshold;
	struct label l = { 0 };

	for (uint32_t c = 1; c < m->classes.count; c++)
		if (q[c] > q[l.best])
			l.best = c;
	l.confidence = q[l.best];
	if (packets < m->min_packets)
		l.reason = LABEL_TOO_FEW_PACKETS;
	else if (l.confidence < threshold[l.best])
		l.reason = LABEL_LOW_CONFIDENCE;
	return l;
}

struct labeller *labeller_new(const struct labeller_params *p)
{
	struct labeller *l = calloc(1, sizeof(*l));
	size_t flows = p->max_burst_flows, classes = p->model->classes.count;

	if (!l)
		return NULL;
	l->p = *p;
	l->votes = calloc(classes, sizeof(*l->votes));
	l->ends = calloc(flows, sizeof(*l->ends));
	l->own = calloc(flows * classes, sizeof(*l->own));
	l->all = calloc(flows * classes, sizeof(*l->all));
	l->label = calloc(flows, sizeof(*l->label));
	l->past = evidence_new((unsigned)classes, &p->model->strengths, EVIDENCE_RECORDS,
	                       &p->secret);
	if (l->votes && l->ends && l->own && l->all && l->label && l->past)
		return l;
	labeller_free(l);
	return NULL;
}

void labeller_free(struct labeller *l)
{
	if (!l)
		return;
	evidence_free(l->past);
	free(l->votes);
	free(l->ends);
	free(l->own);
	free(l->all);
	free(l->label);
	free(l);
}

/* What each flow's own features say. */
static void ask_forest(struct labeller *l, const struct burst *b)
{
	const struct model *m = l->p.model;
	float x[FEATURE_MAX];
	size_t i = 0;

	burst_each_flow (b, bf) {
		feature_vector(m->set, bf, x);
		forest_votes(m->forest, x, l->votes);
		model_confidence(m, l->votes, forest_trees(m->forest),
		                 l->own + i * m->classes.count);
		l->ends[i++] = &bf->ends;
	}
}

const struct label *labeller_burst(struct labeller *l, const struct burst *b)
{
	const struct model *m = l->p.model;
	struct evidence_burst all = { b->last, l->ends, l->own, b->flow_count };
	const float *q = l->p.alone ? l->own : l->all;
	struct label *label = l->label;

	assert(b->flow_count <= l->p.max_burst_flows);
	ask_forest(l, b);
	if (!l->p.alone)
		evidence_weigh(l->past, &all, l->all);
	burst_each_flow (b, bf) {
		*label++ = label_of(m, q, l->p.alone,
		                    bf->pkts[BURST_SENT] + bf->pkts[BURST_RCVD]);
		q += m->classes.count;
	}
	return l->label;
}
