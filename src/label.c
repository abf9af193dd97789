/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "label.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"

/* So many flows of an open burst are asked. */
#define EARLY_FLOWS 16

/* Thresholds are set for burst-flows that have ended; by the first few packets a forest
 * is too sure of itself.  With this floor, labels after 2 packets and more keep on
 * cs4516-a and -b about the precision of 0.9 that thresholds were set for; after 20 they
 * would do so without. */
#define EARLY_LEAST 0.6F

/* What happens to all flows of a burst before the next thing happens to any. */
enum stage { STAGE_VOTE, STAGE_GATHER, STAGE_JUDGE, STAGE_REMEMBER, STAGE_DONE };

struct labeller {
	struct labeller_params p;
	struct evidence *past;
	void *work;
	/* Of the burst's flows, a row each. */
	float *x;
	uint32_t *votes;
	const struct flow_ends **ends;
	struct label_case *cases; /* each with novelty of its own */
	float *novelty;           /* the same, in a row */
	float *own, *all;         /* probabilities */
	float *parts;             /* or NULL */
	struct label *label;
	/* The burst at hand. */
	const struct burst *burst;
	struct burst_flow *next; /* to vote on */
	enum stage stage;
	uint32_t at; /* the flow that comes next */
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
	case LABEL_NOVEL:
		return "novel";
	case LABEL_AMBIGUOUS:
		return "ambiguous";
	}
	return "";
}

static struct label decide(struct label l, const float *threshold, float limit)
{
	if (l.reason != LABEL_KNOWN)
		return l;
	if (l.doubt > limit)
		l.reason = LABEL_NOVEL;
	else if (l.confidence < threshold[l.best])
		l.reason = LABEL_LOW_CONFIDENCE;
	return l;
}

static struct label begin(const struct model *m, uint32_t best, struct label_case c)
{
	struct label l = { .best = best };

	if (c.packets < m->min_packets)
		l.reason = LABEL_TOO_FEW_PACKETS;
	else if (c.ambiguous)
		l.reason = LABEL_AMBIGUOUS;
	return l;
}

struct label label_alone(const struct model *m, const uint32_t *votes,
                         struct label_case c, float *work)
{
	struct label l = begin(m, forest_best(votes, m->classes.count), c);

	model_confidence(m, votes, forest_trees(m->forest), work);
	l.confidence = work[l.best];
	l.doubt = novelty_doubt(c.novelty, l.confidence);
	return decide(l, m->threshold_alone, m->novelty.limit_alone);
}

struct label label_together(const struct model *m, const float *q, struct label_case c)
{
	struct label l = begin(m, evidence_best(q, m->classes.count), c);

	l.confidence = q[l.best];
	l.doubt = novelty_doubt(c.novelty, l.confidence);
	return decide(l, m->threshold, m->novelty.limit);
}

struct labeller *labeller_new(const struct labeller_params *p)
{
	struct labeller *l = calloc(1, sizeof(*l));
	size_t flows = p->max_burst_flows, classes = p->model->classes.count;

	if (!l)
		return NULL;
	l->p = *p;
	l->work = malloc(forest_work_size(p->model->forest, flows));
	l->x = calloc(flows * feature_count(p->model->set), sizeof(*l->x));
	l->votes = calloc(flows * FOREST_VIEWS * classes, sizeof(*l->votes));
	l->ends = calloc(flows, sizeof(*l->ends));
	l->cases = calloc(flows, sizeof(*l->cases));
	l->novelty = calloc(flows, sizeof(*l->novelty));
	l->own = calloc(flows * EVIDENCE_VIEWS * classes, sizeof(*l->own));
	l->all = calloc(flows * classes, sizeof(*l->all));
	l->label = calloc(flows, sizeof(*l->label));
	if (p->parts && !p->alone)
		l->parts = calloc(flows * EVIDENCE_PARTS * classes, sizeof(*l->parts));
	l->past = evidence_new(&(struct evidence_params){
		.classes = p->model->classes.count,
		.prior = p->model->prior,
		.strengths = p->model->strengths,
		.max_flows = EVIDENCE_FLOWS,
		.max_clients = EVIDENCE_CLIENTS,
		.secret = p->secret,
	});
	if (l->work && l->x && l->votes && l->ends && l->cases && l->novelty && l->own &&
	    l->all && l->label && l->past && (l->parts || !p->parts || p->alone))
		return l;
	labeller_free(l);
	return NULL;
}

void labeller_free(struct labeller *l)
{
	if (!l)
		return;
	evidence_free(l->past);
	free(l->work);
	free(l->x);
	free(l->votes);
	free(l->ends);
	free(l->cases);
	free(l->novelty);
	free(l->own);
	free(l->all);
	free(l->parts);
	free(l->label);
	free(l);
}

void labeller_forget(struct labeller *l)
{
	evidence_forget(l->past);
}

/* A label by its own votes, and what evidence needs of a flow. */
static void judge_alone(struct labeller *l, uint32_t i, const struct burst_flow *bf)
{
	const struct model *m = l->p.model;
	const uint32_t *votes = l->votes + i * FOREST_VIEWS * m->classes.count;
	float *own = l->own + i * EVIDENCE_VIEWS * m->classes.count;

	l->ends[i] = &bf->ends;
	l->novelty[i] = novelty_of(&m->novelty, l->x + i * feature_count(m->set));
	l->cases[i] = (struct label_case){ burst_flow_packets(bf), l->novelty[i],
		                           model_ambiguous(m, votes) };
	if (l->p.alone)
		l->label[i] = label_alone(m, votes, l->cases[i], own);
	else
		model_shares(m, votes, own);
}

/* The next n flows. */
static void vote(struct labeller *l, uint32_t n)
{
	const struct model *m = l->p.model;
	unsigned features = feature_count(m->set);
	struct burst_flow *bf = l->next;
	float *x = l->x + l->at * features;

	for (uint32_t i = 0; i < n; i++, bf = burst_flow_at(l->burst, bf->node.next))
		feature_vector(m->set, bf, x + i * features);
	forest_views(m->forest, x, n, l->work,
	             l->votes + l->at * FOREST_VIEWS * m->classes.count);
	for (bf = l->next; n > 0; n--, bf = burst_flow_at(l->burst, bf->node.next))
		judge_alone(l, l->at++, bf);
	l->next = bf;
}

static void judge(struct labeller *l, const struct evidence_burst *all, uint32_t i)
{
	const struct model *m = l->p.model;
	size_t width = (size_t)EVIDENCE_PARTS * m->classes.count;
	struct label_case c = l->cases[i];

	evidence_judge(l->past, all, i, l->all);
	if (l->parts)
		memcpy(l->parts + i * width, evidence_said(l->past),
		       width * sizeof(*l->parts));
	c.novelty = evidence_novelty(l->past, all, i);
	l->label[i] = label_together(m, l->all + i * m->classes.count, c);
}

/* n flows through the stage at hand. */
static void take_step(struct labeller *l, uint32_t n)
{
	const struct evidence_burst all = { l->burst->last, l->ends, l->own, l->novelty,
		                            l->burst->flow_count };

	switch (l->stage) {
	case STAGE_VOTE:
		vote(l, n);
		break;
	case STAGE_GATHER:
		if (l->at == 0)
			evidence_begin(l->past, &all);
		for (; n > 0; n--)
			evidence_gather(l->past, &all, l->at++);
		break;
	case STAGE_JUDGE:
		for (; n > 0; n--)
			judge(l, &all, l->at++);
		break;
	case STAGE_REMEMBER:
		for (; n > 0; n--)
			evidence_remember(l->past, &all, l->at++);
		break;
	case STAGE_DONE:
		break;
	}
}

void labeller_begin(struct labeller *l, const struct burst *b)
{
	assert(b->flow_count <= l->p.max_burst_flows);
	l->burst = b;
	l->next = burst_flow_at(b, b->flows.next);
	l->stage = b->flow_count > 0 ? STAGE_VOTE : STAGE_DONE;
	l->at = 0;
}

const struct label *labeller_go_on(struct labeller *l, uint32_t flows)
{
	uint32_t left = l->burst->flow_count - l->at;

	if (l->stage == STAGE_DONE)
		return l->label;
	take_step(l, flows < left ? flows : left);
	if (l->at < l->burst->flow_count)
		return NULL;
	l->stage = l->p.alone ? STAGE_DONE : l->stage + 1;
	l->at = 0;
	return l->stage == STAGE_DONE ? l->label : NULL;
}

const struct label *labeller_burst(struct labeller *l, const struct burst *b)
{
	const struct label *label;

	labeller_begin(l, b);
	do
		label = labeller_go_on(l, UINT32_MAX);
	while (!label);
	return label;
}

struct labeller_flow labeller_flow(const struct labeller *l, size_t i)
{
	size_t classes = l->p.model->classes.count;

	return (struct labeller_flow){
		.model = l->p.model,
		.label = l->label[i],
		.votes = l->votes + i * FOREST_VIEWS * classes,
		.probability = l->p.alone ? l->own + i * EVIDENCE_VIEWS * classes
		                          : l->all + i * classes,
		.parts = l->parts ? l->parts + i * EVIDENCE_PARTS * classes : NULL,
		.x = l->x + i * feature_count(l->p.model->set),
		.novelty = l->novelty[i],
	};
}

/* The burst-flow and those others of its burst that began last, as many as say what can
 * be said: on cs4516-a and -b twice as many made no difference.  How many they are. */
static size_t gather_early(struct labeller *l, const struct burst_flow *bf)
{
	const struct burst_flow *with[EARLY_FLOWS] = { bf };
	const struct model *m = l->p.model;
	const struct burst *b = bf->burst;
	size_t n = 1, most = l->p.max_burst_flows;

	if (l->p.alone)
		most = 1;
	else if (most > EARLY_FLOWS)
		most = EARLY_FLOWS;
	for (struct list *at = b->flows.prev; n < most && at != &b->flows; at = at->prev)
		if (burst_flow_at(b, at) != bf)
			with[n++] = burst_flow_at(b, at);
	for (size_t i = 0; i < n; i++) {
		float *x = l->x + i * feature_count(m->set);

		l->ends[i] = &with[i]->ends;
		feature_vector(m->set, with[i], x);
		l->novelty[i] = novelty_of(&m->novelty, x);
	}
	forest_views(m->forest, l->x, n, l->work, l->votes);
	return n;
}

struct label labeller_early(struct labeller *l, const struct burst_flow *bf)
{
	const struct model *m = l->p.model;
	size_t n = gather_early(l, bf), classes = m->classes.count;
	struct evidence_burst open = { bf->burst->last, l->ends, l->own, l->novelty, n };
	struct label_case c = { burst_flow_packets(bf), l->novelty[0],
		                model_ambiguous(m, l->votes) };
	struct label label;

	if (l->p.alone) {
		label = label_alone(m, l->votes, c, l->own);
	} else {
		for (size_t i = 0; i < n; i++)
			model_shares(m, l->votes + i * FOREST_VIEWS * classes,
			             l->own + i * EVIDENCE_VIEWS * classes);
		evidence_early(l->past, &open, l->all);
		c.novelty = evidence_novelty(l->past, &open, 0);
		label = label_together(m, l->all, c);
	}
	label.provisional = true;
	if (label.reason == LABEL_KNOWN && label.confidence < EARLY_LEAST)
		label.reason = LABEL_LOW_CONFIDENCE;
	return label;
}
