/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forest.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "hash.h"
#include "oob.h"

/* What the training threads share.  Each takes the next tree and leaves it in its place;
 * what a tree becomes depends on its number alone. */
struct training {
	struct codes codes;
	struct bags bags;
	double *upto; /* weights of rows */
	struct tree_params tree;
	const struct forest_params *params;
	struct oob oob;
	bool want_oob;
	struct forest_parts *parts;
	struct tree_shares *shares; /* by tree */
	double *gain;               /* by tree and feature */
	pthread_mutex_t lock;       /* for the rest */
	unsigned next, done;
	int err;
};

static bool take_tree(struct training *t, unsigned *at)
{
	bool more;

	(void)pthread_mutex_lock(&t->lock);
	more = !t->err && t->next < t->params->trees;
	*at = more ? t->next++ : 0;
	(void)pthread_mutex_unlock(&t->lock);
	return more;
}

static void tree_done(struct training *t, int err)
{
	(void)pthread_mutex_lock(&t->lock);
	if (err)
		t->err = err;
	else if (t->params->progress)
		t->params->progress(t->params->progress_arg, ++t->done, t->params->trees);
	(void)pthread_mutex_unlock(&t->lock);
}

/* Gains as shares of the tree's own sum, so that every tree counts the same. */
static void keep_gain(struct training *t, const struct grower *g, unsigned at)
{
	double sum = 0, *gain = t->gain + (size_t)at * g->codes->features;

	for (unsigned f = 0; f < g->codes->features; f++)
		sum += g->gain[f];
	for (unsigned f = 0; f < g->codes->features; f++)
		gain[f] = sum > 0 ? g->gain[f] / sum : 0;
}

/* Take the tree out of the grower, cut to size. */
static int keep_tree(struct training *t, struct grower *g, unsigned at)
{
	struct tree *tree = &t->parts->tree[at];

	if (g->nodes > TREE_NODES_MAX)
		return -ENOMEM;
	tree->node = malloc(g->nodes * sizeof(*tree->node));
	if (!tree->node)
		return -ENOMEM;
	memcpy(tree->node, g->node, g->nodes * sizeof(*tree->node));
	tree->nodes = g->nodes;
	t->shares[at] = g->shares;
	g->shares = (struct tree_shares){ 0 };
	keep_gain(t, g, at);
	return 0;
}

static void *train_trees(void *arg)
{
	struct training *t = arg;
	uint32_t *list = malloc((t->codes.rows + 1) * sizeof(*list));
	struct grower g;
	unsigned at;
	int err = grower_init(&g, &t->codes, &t->tree);

	if (!list)
		err = -ENOMEM;
	if (err)
		tree_done(t, err);
	while (take_tree(t, &at)) {
		err = grower_run(&g, t->params->seed, at);
		if (!err && t->want_oob)
			oob_add(&t->oob, &g, t->params->seed, at, list);
		if (!err)
			err = keep_tree(t, &g, at);
		tree_done(t, err);
	}
	grower_clear(&g);
	free(list);
	return NULL;
}

/* As many threads as asked for, this one included; fewer when there are no more. */
static void run_threads(struct training *t)
{
	unsigned all = t->params->threads < t->params->trees ? t->params->threads
	                                                     : t->params->trees;
	pthread_t *thread = calloc(all, sizeof(*thread));
	unsigned n = 0;

	while (thread && n + 1 < all &&
	       pthread_create(&thread[n], NULL, train_trees, t) == 0)
		n++;
	(void)train_trees(t);
	while (n)
		(void)pthread_join(thread[--n], NULL);
	free(thread);
}

/* Where equal shares are found again. */
struct share_index {
	struct tree_shares *all;
	uint32_t *slot, slots; /* number + 1 */
};

static bool share_equal(const struct tree_shares *a, uint32_t i,
                        const struct tree_shares *b, uint32_t j)
{
	uint32_t n = a->first[i + 1] - a->first[i];

	return n == b->first[j + 1] - b->first[j] &&
	       memcmp(a->label + a->first[i], b->label + b->first[j],
	              n * sizeof(*a->label)) == 0 &&
	       memcmp(a->share + a->first[i], b->share + b->first[j],
	              n * sizeof(*a->share)) == 0;
}

/* The number of leaf i of s among all, added when new; UINT32_MAX without memory. */
static uint32_t share_intern(struct share_index *x, const struct tree_shares *s,
                             uint32_t i)
{
	const uint16_t *label = s->label + s->first[i], *share = s->share + s->first[i];
	uint32_t n = s->first[i + 1] - s->first[i], at;
	uint64_t h = hash_fnv(HASH_FNV_INIT, label, n * sizeof(*label));

	h = hash_fnv(h, share, n * sizeof(*share));
	for (at = (uint32_t)h & (x->slots - 1); x->slot[at];
	     at = (at + 1) & (x->slots - 1))
		if (share_equal(x->all, x->slot[at] - 1, s, i))
			return x->slot[at] - 1;
	if (tree_share_add(x->all, label, share, n) == UINT32_MAX)
		return UINT32_MAX;
	x->slot[at] = x->all->count;
	return x->all->count - 1;
}

static int merge_tree(struct share_index *x, const struct tree_shares *s,
                      struct tree *tree, uint32_t classes)
{
	for (uint32_t i = 0; i < tree->nodes; i++) {
		struct tree_node *n = &tree->node[i];
		uint32_t code = tree_is_leaf(*n) ? tree_code(*n) : 0;

		if (code < classes)
			continue;
		code = share_intern(x, s, code - classes);
		if (code == UINT32_MAX)
			return -ENOMEM;
		*n = tree_leaf(i, classes + code);
	}
	return 0;
}

/* One table of shares for all trees, in the order of trees and nodes. */
static int merge_shares(struct training *t)
{
	struct share_index x = { .all = &t->parts->shares, .slots = 64 };
	size_t sum = 0;
	int err = 0;

	for (unsigned i = 0; i < t->params->trees; i++)
		sum += t->shares[i].count;
	if (sum > TREE_CODE_MAX / 2)
		return -ENOMEM;
	while (x.slots < 2 * sum)
		x.slots *= 2;
	x.slot = calloc(x.slots, sizeof(*x.slot));
	if (!x.slot)
		return -ENOMEM;
	for (unsigned i = 0; i < t->params->trees && !err; i++)
		err = merge_tree(&x, &t->shares[i], &t->parts->tree[i],
		                 t->parts->classes);
	free(x.slot);
	return err;
}

static int check_params(const struct dataset *d, size_t count,
                        const struct forest_params *p, struct fault *f)
{
	if (d->features.count < 1 || d->features.count > FOREST_FEATURES_MAX)
		return fault_set(f, -EINVAL, "%u features: 1 to %d can be learnt from",
		                 d->features.count, FOREST_FEATURES_MAX);
	if (d->labels.count < 2 || d->labels.count + !!p->taught > FOREST_CLASSES_MAX)
		return fault_set(f, -EINVAL, "%u classes: 2 to %d can be told apart",
		                 d->labels.count, FOREST_CLASSES_MAX);
	if (count < 1 || count > FOREST_ROWS_MAX)
		return fault_set(f, -EINVAL, "%zu rows: 1 to %u can be learnt from",
		                 count, FOREST_ROWS_MAX);
	if (p->trees < 1 || p->trees > FOREST_TREES_MAX)
		return fault_set(f, -EINVAL, "%u trees: a forest has 1 to %d", p->trees,
		                 FOREST_TREES_MAX);
	if (p->mtry > d->features.count)
		return fault_set(f, -EINVAL, "mtry %u: there are %u features", p->mtry,
		                 d->features.count);
	if (p->min_leaf < 1 || p->min_leaf > FOREST_ROWS_MAX || p->threads < 1)
		return fault_set(f, -EINVAL, "min_leaf %u, threads %u: at least 1 each",
		                 p->min_leaf, p->threads);
	return 0;
}

static int make_oob(struct training *t, struct forest_oob *oob)
{
	size_t rows = t->codes.rows, classes = t->parts->classes;
	unsigned features = t->parts->features;

	oob->votes = calloc(rows * classes, sizeof(*oob->votes));
	oob->trees = calloc(rows, sizeof(*oob->trees));
	oob->narrow_votes = calloc(rows * classes, sizeof(*oob->narrow_votes));
	oob->narrow_trees = calloc(rows, sizeof(*oob->narrow_trees));
	oob->gini = calloc(features, sizeof(*oob->gini));
	oob->permutation = calloc(features, sizeof(*oob->permutation));
	t->oob.loss = calloc(features, sizeof(*t->oob.loss));
	t->oob.all = (struct oob_votes){ oob->votes, oob->trees };
	t->oob.narrow = (struct oob_votes){ oob->narrow_votes, oob->narrow_trees };
	t->oob.wide = t->parts->wide;
	t->want_oob = true;
	return oob->votes && oob->trees && oob->narrow_votes && oob->narrow_trees &&
	                       oob->gini && oob->permutation && t->oob.loss
	               ? 0
	               : -ENOMEM;
}

static double oob_accuracy(const struct oob *o, size_t rows)
{
	uint32_t classes = o->d->labels.count;
	size_t judged = 0, right = 0;

	for (size_t i = 0; i < rows; i++) {
		const uint32_t *votes = o->all.votes + i * classes;

		if (!o->all.trees[i])
			continue;
		judged++;
		right += forest_best(votes, classes) == o->d->row[o->rows[i]].label;
	}
	return judged ? (double)right / (double)judged : 0;
}

static void finish_oob(const struct training *t, struct forest_oob *oob)
{
	double all = 0;

	oob->accuracy = oob_accuracy(&t->oob, t->codes.rows);
	for (size_t i = 0; i < (size_t)t->params->trees * t->codes.features; i++)
		all += t->gain[i];
	for (unsigned f = 0; f < t->codes.features; f++) {
		double sum = 0;

		for (size_t i = 0; i < t->params->trees; i++)
			sum += t->gain[i * t->codes.features + f];
		oob->gini[f] = (float)(all > 0 ? sum / all : 0);
		oob->permutation[f] = (float)(t->oob.tried ? (double)t->oob.loss[f] /
		                                                     (double)t->oob.tried
		                                           : 0);
	}
}

/* Of a whole number, rounded down. */
static unsigned square_root(unsigned v)
{
	unsigned root = 1;

	while ((root + 1) * (root + 1) <= v)
		root++;
	return root;
}

static int run(struct training *t, const struct dataset *d, struct forest_oob *oob)
{
	unsigned trees = t->params->trees;
	int err = 0;

	t->parts->tree = calloc(trees, sizeof(*t->parts->tree));
	t->shares = calloc(trees, sizeof(*t->shares));
	t->gain = calloc((size_t)trees * d->features.count, sizeof(*t->gain));
	if (!t->parts->tree || !t->shares || !t->gain)
		return -ENOMEM;
	if (oob)
		err = make_oob(t, oob);
	if (err)
		return err;
	run_threads(t);
	if (t->err)
		return t->err;
	if (oob)
		finish_oob(t, oob);
	return merge_shares(t);
}

static void training_clear(struct training *t)
{
	codes_clear(&t->codes);
	bags_clear(&t->bags);
	free(t->upto);
	for (unsigned i = 0; t->shares && i < t->params->trees; i++)
		tree_shares_clear(&t->shares[i]);
	free(t->shares);
	free(t->gain);
	free(t->oob.loss);
}

static int choose_bags(struct training *t, const struct forest_rows *rows)
{
	int made;

	if (!t->params->bootstrap || !t->params->by_trace)
		return 0;
	made = bags_make(&t->bags, rows->d, rows->row, rows->count);
	if (made > 0)
		t->tree.bags = &t->bags;
	return made < 0 ? made : 0;
}

static int choose_weights(struct training *t, const struct forest_rows *rows)
{
	if (t->params->power.trace <= 0 && t->params->power.class <= 0 &&
	    !t->params->taught)
		return 0;
	t->upto = calloc(rows->count, sizeof(*t->upto));
	t->tree.upto = t->upto;
	return t->upto ? forest_weights(rows, t->params, t->upto) : -ENOMEM;
}

int forest_weights(const struct forest_rows *rows, const struct forest_params *p,
                   double *upto)
{
	int err = bags_weights(rows->d, rows->row, rows->count, p->power, upto);
	double before = 0, sum = 0;

	for (size_t i = 0; i < rows->count && p->taught && !err; i++) {
		double weight = upto[i] - before;

		before = upto[i];
		sum += p->taught[i] == FOREST_LEFT_OUT ? 0 : weight;
		upto[i] = sum;
	}
	return err;
}

struct forest *forest_train(const struct forest_rows *rows, const struct forest_params *p,
                            struct forest_oob *oob, struct fault *f)
{
	const struct dataset *d = rows->d;
	struct forest_parts parts = { .trees = p->trees,
		                      .classes = d->labels.count,
		                      .features = d->features.count,
		                      .wide = p->narrow ? p->trees / 2 : 0 };
	struct training t = { .params = p,
		              .parts = &parts,
		              .oob = { .d = d, .rows = rows->row },
		              .lock = PTHREAD_MUTEX_INITIALIZER };
	struct forest *fo = NULL;

	if (oob)
		*oob = (struct forest_oob){ 0 };
	if (check_params(d, rows->count, p, f))
		return NULL;
	t.tree = (struct tree_params){ .mtry = p->mtry ? p->mtry
		                                       : square_root(parts.features),
		                       .min_leaf = p->min_leaf,
		                       .extra = p->extra,
		                       .wide = parts.wide,
		                       .narrow = p->narrow,
		                       .bootstrap = p->bootstrap };
	if (!codes_make(&t.codes, d, rows->row, rows->count, p->taught) &&
	    !choose_bags(&t, rows) && !choose_weights(&t, rows) && !run(&t, d, oob))
		fo = forest_of(&parts);
	if (!fo) {
		(void)fault_set(f, -ENOMEM,
		                "not enough memory to train %u trees on %zu rows",
		                p->trees, rows->count);
		forest_parts_clear(&parts);
	}
	training_clear(&t);
	return fo;
}
