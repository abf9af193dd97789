/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain.h"

#include <math.h>
#include <netinet/in.h>

#include "testing.h"
#include "train.h"

#define CLASSES  3
#define FEATURES 15
#define ROWS     300

static float noise(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return (float)(*state >> 8) / (float)(1 << 24);
}

/* Feature 0 tells class 0 from the others, feature 1 tells 1 from 2, mostly; the rest is
 * noise. */
static void fill(struct dataset *d)
{
	static const char *const labels[CLASSES] = { "A", "B", "C" };
	uint32_t state = 7;

	dataset_init(d);
	for (unsigned i = 0; i < FEATURES; i++)
		assert_int_equal(names_add(&d->features, feature_name(FEATURE_SEED15, i)),
		                 i);
	for (unsigned c = 0; c < CLASSES; c++)
		assert_int_equal(names_add(&d->labels, labels[c]), c);
	for (uint32_t i = 0; i < ROWS; i++) {
		struct dataset_row row = { .label = i % CLASSES };
		float x[FEATURES];
		char name[16];

		(void)snprintf(name, sizeof(name), "%u", i % 30);
		row.trace = names_add(&d->traces, name);
		for (unsigned f = 0; f < FEATURES; f++)
			x[f] = noise(&state);
		x[0] = (float)(row.label == 0) + x[0] * 1.2F;
		x[1] = (float)(row.label == 1) + x[1] * 1.2F;
		assert_int_equal(dataset_add(d, &row, x), 0);
	}
}

/* min_leaf 4 makes leaves of several classes. */
static struct model *train(struct dataset *d)
{
	static struct model m;
	struct train_params p = { .forest = forest_defaults(),
		                  .precision = 0.9,
		                  .novel = 0.02,
		                  .set = FEATURE_SEED15,
		                  .gap = mono_ms(1000),
		                  .mtu_bytes = 1500 };
	uint32_t rows[ROWS];
	struct train_seen seen;
	struct fault f;

	p.forest.trees = 20;
	p.forest.min_leaf = 4;
	for (uint32_t i = 0; i < ROWS; i++)
		rows[i] = i;
	model_init(&m);
	assert_int_equal(train_model(&m, &(struct forest_rows){ d, rows, ROWS }, &p,
	                             &seen, &f),
	                 0);
	return &m;
}

static int setup(void **state)
{
	static struct dataset d;

	fill(&d);
	*state = train(&d);
	dataset_clear(&d);
	return 0;
}

static int teardown(void **state)
{
	model_clear(*state);
	return 0;
}

static void contributions_add_up_to_the_votes(void **state)
{
	const struct model *m = *state;
	double prior[CLASSES], moved[FEATURES * CLASSES];
	uint32_t votes[CLASSES], seed = 99;
	float x[FEATURES];

	for (int row = 0; row < 200; row++) {
		for (unsigned f = 0; f < FEATURES; f++)
			x[f] = 2.2F * noise(&seed);
		forest_votes(m->forest, x, votes);
		assert_int_equal(explain_votes(m->forest, x, prior, moved), 0);
		for (unsigned c = 0; c < CLASSES; c++) {
			double sum = prior[c];

			for (unsigned f = 0; f < FEATURES; f++)
				sum += moved[f * CLASSES + c];
			assert_float_equal(sum, votes[c] / (20.0 * FOREST_UNIT), 1e-9);
		}
	}
}

/* A row that only feature 0 makes an A. */
static void the_feature_that_decides_moves_the_most(void **state)
{
	const struct model *m = *state;
	double prior[CLASSES], moved[FEATURES * CLASSES];
	float x[FEATURES];

	for (unsigned f = 0; f < FEATURES; f++)
		x[f] = 0.5F;
	x[0] = 1.9F;
	assert_int_equal(explain_votes(m->forest, x, prior, moved), 0);
	assert_true(moved[0] > 0.3);
	for (unsigned f = 1; f < FEATURES; f++)
		assert_true(fabs(moved[f * CLASSES]) < moved[0] / 2);
}

static void add_flow(struct burst_tracker *t, uint16_t port, uint32_t bytes)
{
	struct packet pkt = { .src = addr_v4(0xc0a80001),
		              .dst = addr_v4(0xc6336401),
		              .sport = port,
		              .dport = 443,
		              .proto = IPPROTO_UDP,
		              .len_bytes = bytes,
		              .header_bytes = 28 };

	for (int i = 0; i < 3; i++) {
		pkt.time.us += 1000;
		burst_advance(t, pkt.time);
		burst_packet(t, &pkt);
	}
}

static void expect_sums(const struct explain *x, bool alone)
{
	double odds = log(x->all[x->best] / x->all[x->rival]), parts = 0;
	double votes = x->prior, all = 0;

	for (unsigned f = 0; f < x->features; f++)
		votes += x->feature[f].moved;
	assert_float_equal(votes, x->votes[x->best] - x->votes[x->rival], 1e-9);
	for (unsigned c = 0; c < x->classes; c++) {
		all += x->all[c];
		assert_true(x->all[c] <= x->all[x->best]);
		assert_true(c == x->best || x->all[c] <= x->all[x->rival]);
	}
	assert_float_equal(all, 1, 1e-5);
	for (int k = 0; k < EVIDENCE_PARTS; k++)
		parts += x->part[k];
	assert_float_equal(parts, alone ? 0 : odds, 1e-3);
	assert_int_not_equal(x->best, x->rival);
	for (unsigned f = 1; f < x->features; f++)
		assert_true(fabs(x->feature[f].moved) <= fabs(x->feature[f - 1].moved));
}

/* Doubt is novelty and what confidence leaves open; what strays is novel by itself. */
static void expect_novelty(const struct explain *x, const struct novelty *n, bool alone)
{
	double boxes = 0;

	for (unsigned i = 0; i < x->strays; i++)
		boxes += x->stray[i].below + x->stray[i].above;
	assert_true(n->trees > 0);
	assert_float_equal(boxes / (n->trees * n->asks), x->novelty, 1e-6);
	assert_float_equal(novelty_doubt(x->novelty_together, x->label.confidence),
	                   x->label.doubt, 1e-6);
	if (alone)
		assert_float_equal(x->novelty, x->novelty_together, 1e-6);
	for (unsigned f = 0; f < x->features; f++)
		assert_float_equal(x->row[x->feature[f].feature], x->feature[f].value, 0);
}

static void explain_both(const struct model *m, bool alone)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t = burst_tracker_new(&p);
	struct labeller *l = labeller_new(&(struct labeller_params){
		.model = m, .max_burst_flows = 8, .alone = alone, .parts = true });
	const struct label *label;
	const struct burst *b;
	size_t i = 0, novel = 0;

	assert_non_null(t);
	assert_non_null(l);
	add_flow(t, 1, 100);
	add_flow(t, 2, 1400);
	burst_end_all(t, BURST_FLUSH);
	b = burst_take(t);
	label = labeller_burst(l, b);
	burst_each_flow (b, bf) {
		struct explain x;

		assert_int_equal(explain_flow(&x, l, i), 0);
		assert_int_equal(x.best, label[i].best);
		assert_float_equal(x.all[x.best], label[i].confidence, 1e-6);
		expect_sums(&x, alone);
		expect_novelty(&x, &m->novelty, alone);
		novel += x.novelty > 0;
		for (unsigned f = 0; f < x.features; f++)
			assert_float_equal(x.feature[f].median,
			                   m->median[x.feature[f].feature], 0);
		explain_clear(&x);
		i++;
	}
	assert_int_equal(novel, 2); /* the features are nothing like noise in 0..2 */
	burst_tracker_free(t);
	labeller_free(l);
}

static void an_explanation_adds_up(void **state)
{
	explain_both(*state, false);
	explain_both(*state, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contributions_add_up_to_the_votes),
		cmocka_unit_test(the_feature_that_decides_moves_the_most),
		cmocka_unit_test(an_explanation_adds_up),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
