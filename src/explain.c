/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What can be reached from each node of a tree. */
struct below {
	unsigned classes;
	double *share; /* by node and class: sum over the leaves, of 1 each */
	uint32_t *leaves;
};

static void add_leaf(const struct forest_parts *p, uint32_t code, double *share)
{
	const struct tree_shares *s = &p->shares;

	if (code < p->classes) {
		share[code] = 1;
		return;
	}
	code -= p->classes;
	for (uint32_t i = s->first[code]; i < s->first[code + 1]; i++)
		share[s->label[i]] = s->share[i] / (double)TREE_UNIT;
}

/* Children stand behind their parents. */
static void look_below(struct below *b, const struct forest_parts *p,
                       const struct tree *tree)
{
	memset(b->share, 0, (size_t)tree->nodes * b->classes * sizeof(*b->share));
	for (uint32_t i = tree->nodes; i-- > 0;) {
		struct tree_node n = tree->node[i];
		double *share = b->share + (size_t)i * b->classes;
		uint32_t child = tree_child(n);

		if (tree_is_leaf(n)) {
			add_leaf(p, tree_code(n), share);
			b->leaves[i] = 1;
			continue;
		}
		for (unsigned c = 0; c < b->classes; c++)
			share[c] = b->share[(size_t)child * b->classes + c] +
			           b->share[(size_t)(child + 1) * b->classes + c];
		b->leaves[i] = b->leaves[child] + b->leaves[child + 1];
	}
}

static double share_at(const struct below *b, uint32_t node, unsigned c)
{
	return b->share[(size_t)node * b->classes + c] / b->leaves[node];
}

static void walk(const struct below *b, const struct tree_node *node, const float *x,
                 double *prior, double *moved)
{
	uint32_t at = 0;

	for (unsigned c = 0; c < b->classes; c++)
		prior[c] += share_at(b, 0, c);
	while (!tree_is_leaf(node[at])) {
		double *to = moved + (size_t)tree_feature(node[at]) * b->classes;
		uint32_t next = tree_step(node[at], x);

		for (unsigned c = 0; c < b->classes; c++)
			to[c] += share_at(b, next, c) - share_at(b, at, c);
		at = next;
	}
}

static bool below_init(struct below *b, const struct forest_parts *p)
{
	size_t most = 0;

	for (unsigned t = 0; t < p->trees; t++)
		most = p->tree[t].nodes > most ? p->tree[t].nodes : most;
	*b = (struct below){ p->classes, calloc(most * p->classes, sizeof(*b->share)),
		             calloc(most, sizeof(*b->leaves)) };
	return b->share && b->leaves;
}

int explain_votes(const struct forest *fo, const float *x, double *prior, double *moved)
{
	const struct forest_parts *p = forest_parts(fo);
	size_t sums = (size_t)p->features * p->classes;
	struct below b;
	bool ok = below_init(&b, p);

	memset(prior, 0, p->classes * sizeof(*prior));
	memset(moved, 0, sums * sizeof(*moved));
	for (unsigned t = 0; t < p->trees && ok; t++) {
		look_below(&b, p, &p->tree[t]);
		walk(&b, p->tree[t].node, x, prior, moved);
	}
	for (unsigned c = 0; c < p->classes; c++)
		prior[c] /= p->trees;
	for (size_t i = 0; i < sums; i++)
		moved[i] /= p->trees;
	free(b.share);
	free(b.leaves);
	return ok ? 0 : -ENOMEM;
}

static uint32_t second_best(const double *q, unsigned classes, uint32_t best)
{
	uint32_t second = best == 0;

	for (uint32_t c = 0; c < classes; c++)
		if (c != best && q[c] > q[second])
			second = c;
	return second;
}

static int by_moved(const void *a, const void *b)
{
	const struct explain_feature *x = a, *y = b;
	double mx = fabs(x->moved), my = fabs(y->moved);

	if (mx != my)
		return mx > my ? -1 : 1;
	return x->feature < y->feature ? -1 : x->feature > y->feature;
}

/* All that x says of features and votes. */
static int explain_features(struct explain *x, const struct model *m, const float *row)
{
	double *prior = calloc(x->classes, sizeof(*prior));
	double *moved = calloc((size_t)x->features * x->classes, sizeof(*moved));
	int err = -ENOMEM;

	if (prior && moved)
		err = explain_votes(m->forest, row, prior, moved);
	for (unsigned f = 0; f < x->features && !err; f++) {
		const double *by_class = moved + (size_t)f * x->classes;

		x->feature[f] = (struct explain_feature){
			f, row[f], m->median[f], by_class[x->best] - by_class[x->rival]
		};
	}
	if (!err) {
		x->prior = prior[x->best] - prior[x->rival];
		qsort(x->feature, x->features, sizeof(*x->feature), by_moved);
	}
	free(prior);
	free(moved);
	return err;
}

static void explain_parts(struct explain *x, const struct model *m, const float *z)
{
	for (unsigned k = 0; k < EVIDENCE_PARTS && z; k++) {
		const float *by_class = z + (size_t)k * x->classes;

		x->part[k] = (double)m->strengths.part[k] *
		             ((double)by_class[x->best] - (double)by_class[x->rival]);
	}
}

static void explain_novelty(struct explain *x, const struct labeller_flow *flow)
{
	x->row = flow->x;
	x->novelty = flow->novelty;
	x->novelty_together = flow->label.doubt - novelty_doubt(0, x->label.confidence);
	x->strays = novelty_tell(&flow->model->novelty, flow->x, x->stray);
}

int explain_flow(struct explain *x, const struct labeller *l, size_t i)
{
	const struct labeller_flow flow = labeller_flow(l, i);
	const struct model *m = flow.model;
	double unit = (double)forest_trees(m->forest) * FOREST_UNIT;

	*x = (struct explain){ .label = flow.label,
		               .best = flow.label.best,
		               .classes = m->classes.count,
		               .features = feature_count(m->set) };
	x->votes = calloc(x->classes, sizeof(*x->votes));
	x->all = calloc(x->classes, sizeof(*x->all));
	x->feature = calloc(x->features, sizeof(*x->feature));
	x->stray = calloc(x->features, sizeof(*x->stray));
	if (!x->votes || !x->all || !x->feature || !x->stray)
		return -ENOMEM;
	for (unsigned c = 0; c < x->classes; c++) {
		x->votes[c] = flow.votes[c] / unit;
		x->all[c] = (double)flow.probability[c];
	}
	x->rival = second_best(x->all, x->classes, x->best);
	explain_parts(x, m, flow.parts);
	explain_novelty(x, &flow);
	return explain_features(x, m, flow.x);
}

void explain_clear(struct explain *x)
{
	free(x->votes);
	free(x->all);
	free(x->feature);
	free(x->stray);
	*x = (struct explain){ 0 };
}

const char *explain_part_name(enum evidence_part k)
{
	switch (k) {
	case EVIDENCE_OWN:
		return "own";
	case EVIDENCE_FLOW:
		return "flow";
	case EVIDENCE_SOFT:
		return "soft";
	case EVIDENCE_HYP:
		return "hypotheses";
	case EVIDENCE_PARTS:
		break;
	}
	return "";
}
