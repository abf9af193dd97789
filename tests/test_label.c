/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "label.h"

#include <netinet/in.h>

#include "testing.h"
#include "train.h"

#define CLIENT 0xc0a80001
#define SERVER 0xc6336401

static struct burst_tracker *tracker(void)
{
	struct burst_params p = burst_defaults();
	struct burst_tracker *t = burst_tracker_new(&p);

	assert_non_null(t);
	return t;
}

/* n packets of so many bytes in a flow of its own. */
static void add_flow(struct burst_tracker *t, int64_t us, uint16_t port, uint32_t bytes,
                     int n)
{
	struct packet pkt = { .src = addr_v4(CLIENT),
		              .dst = addr_v4(SERVER),
		              .sport = port,
		              .dport = 443,
		              .proto = IPPROTO_UDP,
		              .len_bytes = bytes,
		              .header_bytes = 28 };

	for (int i = 0; i < n; i++) {
		pkt.time.us = us + 1000 * i;
		burst_advance(t, pkt.time);
		burst_packet(t, &pkt);
	}
}

/* Burst-flows of class Big are of packets of 1000 bytes and more, Small of fewer than
 * 100. */
static void fill(struct dataset *d)
{
	struct burst_tracker *t = tracker();
	struct burst *b;

	dataset_init(d);
	for (unsigned i = 0; i < feature_count(FEATURE_SEED15); i++)
		assert_int_equal(names_add(&d->features, feature_name(FEATURE_SEED15, i)),
		                 i);
	assert_int_equal(names_add(&d->labels, "Big"), 0);
	assert_int_equal(names_add(&d->labels, "Small"), 1);
	for (uint16_t i = 0; i < 200; i++)
		add_flow(t, i, i, i % 2 ? 50 + i % 40 : 1000 + i, 3);
	burst_end_all(t, BURST_FLUSH);
	b = burst_take(t);
	assert_non_null(b);
	burst_each_flow (b, bf) {
		struct dataset_row row = { .label = bf->ends.client_port % 2 };
		float x[FEATURE_MAX];

		row.trace = names_add(&d->traces, row.label ? "Small/1" : "Big/1");
		feature_vector(FEATURE_SEED15, bf, x);
		assert_int_equal(dataset_add(d, &row, x), 0);
	}
	burst_release(t, b);
	burst_tracker_free(t);
}

static int train(void **state)
{
	static struct model m;
	struct train_params p = {
		.forest = forest_defaults(),
		.precision = 0.9,
		.novel = 0.02,
		.set = FEATURE_SEED15,
		.gap = mono_ms(1000),
		.mtu_bytes = 1500,
		.min_packets = 2,
	};
	struct dataset d;
	uint32_t rows[200];
	struct train_seen seen;
	struct fault f;

	fill(&d);
	for (uint32_t i = 0; i < 200; i++)
		rows[i] = i;
	model_init(&m);
	if (train_model(&m, &(struct forest_rows){ &d, rows, 200 }, &p, &seen, &f) < 0)
		return -1;
	dataset_clear(&d);
	*state = &m;
	return seen.oob_accuracy > 0.99 ? 0 : -1;
}

static int clear(void **state)
{
	model_clear(*state);
	return 0;
}

/* One burst of three flows: large packets, small packets, a single packet. */
static void label_three(const struct model *m, struct label label[3])
{
	struct labeller_params p = { .model = m, .max_burst_flows = 3, .alone = true };
	struct labeller *l = labeller_new(&p);
	struct burst_tracker *t = tracker();
	struct burst *b;

	assert_non_null(l);
	add_flow(t, 0, 1, 1111, 3);
	add_flow(t, 1, 2, 66, 3);
	add_flow(t, 20, 3, 1111, 1);
	burst_end_all(t, BURST_FLUSH);
	b = burst_take(t);
	memcpy(label, labeller_burst(l, b), 3 * sizeof(*label));
	burst_release(t, b);
	burst_tracker_free(t);
	labeller_free(l);
}

static void flows_are_labelled_in_their_order(void **state)
{
	struct model *m = *state;
	struct label l[3];

	label_three(m, l);
	assert_string_equal(label_name(m, &l[0]), "Big");
	assert_string_equal(label_name(m, &l[1]), "Small");
	assert_true(l[0].confidence > 0.9F && l[0].confidence <= 1);
	assert_string_equal(label_reason_name(l[0].reason), "");
}

static void too_few_packets_are_unknown(void **state)
{
	struct model *m = *state;
	struct label l[3];

	label_three(m, l);
	assert_string_equal(label_name(m, &l[2]), "Unknown");
	assert_string_equal(label_reason_name(l[2].reason), "too-few-packets");
	assert_int_equal(l[2].best, 0);
}

static void a_confidence_below_the_threshold_is_unknown(void **state)
{
	struct model *m = *state;
	float keep = m->threshold_alone[0];
	struct label l[3];

	m->threshold_alone[0] = CALIBRATE_NEVER;
	label_three(m, l);
	m->threshold_alone[0] = keep;
	assert_string_equal(label_name(m, &l[0]), "Unknown");
	assert_string_equal(label_reason_name(l[0].reason), "low-confidence");
	assert_string_equal(label_name(m, &l[1]), "Small");
}

/* Three packets of one size in a burst of their own. */
static struct label label_of_size(const struct model *m, uint32_t bytes, bool alone)
{
	struct labeller_params p = { .model = m, .max_burst_flows = 1, .alone = alone };
	struct labeller *l = labeller_new(&p);
	struct burst_tracker *t = tracker();
	struct label label;
	struct burst *b;

	assert_non_null(l);
	add_flow(t, 0, 1, bytes, 3);
	burst_end_all(t, BURST_FLUSH);
	b = burst_take(t);
	label = *labeller_burst(l, b);
	burst_release(t, b);
	burst_tracker_free(t);
	labeller_free(l);
	return label;
}

static void what_is_like_nothing_before_is_novel(void **state)
{
	struct model never = *(struct model *)*state;

	never.novelty.limit = never.novelty.limit_alone = NOVELTY_NEVER;
	for (int alone = 0; alone < 2; alone++) {
		struct label usual = label_of_size(*state, 1100, alone);
		struct label novel = label_of_size(*state, 1400, alone);

		assert_string_equal(label_name(*state, &usual), "Big");
		assert_string_equal(label_name(*state, &novel), "Unknown");
		assert_string_equal(label_reason_name(novel.reason), "novel");
		assert_true(novel.doubt > usual.doubt);
		novel = label_of_size(&never, 1400, alone);
		assert_string_equal(label_reason_name(novel.reason), "");
	}
}

/* What the forest was taught as no app's, here all small packets, is none's, whatever
 * its neighbours say; it says nothing of them, and too few packets say less. */
static void what_could_be_any_apps_is_unknown(void **state)
{
	struct model m = *(struct model *)*state;
	struct forest_params p = forest_defaults();
	uint32_t rows[200], taught[200], votes[FOREST_VIEWS * 2] = { 0 };
	float shares[EVIDENCE_VIEWS * 2];
	struct label l[3], q;
	struct dataset d;

	fill(&d);
	for (uint32_t i = 0; i < 200; i++) {
		rows[i] = i;
		taught[i] = d.row[i].label ? FOREST_AMBIGUOUS : 0;
	}
	p.taught = taught;
	m.forest = forest_train(&(struct forest_rows){ &d, rows, 200 }, &p, NULL, NULL);
	assert_non_null(m.forest);
	label_three(&m, l);
	assert_string_equal(label_name(&m, &l[0]), "Big");
	assert_string_equal(label_name(&m, &l[1]), "Unknown");
	assert_string_equal(label_reason_name(l[1].reason), "ambiguous");
	assert_string_equal(label_reason_name(l[2].reason), "too-few-packets");
	q = label_together(&m, (float[]){ 0.01F, 0.99F },
	                   (struct label_case){ 2, 0, model_ambiguous(&m, votes) });
	assert_int_equal(q.reason, LABEL_AMBIGUOUS);
	votes[FOREST_ALL * 2] = forest_trees(m.forest) / 2 * FOREST_UNIT;
	q = label_together(&m, (float[]){ 0.01F, 0.99F },
	                   (struct label_case){ 2, 0, model_ambiguous(&m, votes) });
	assert_int_not_equal(q.reason, LABEL_AMBIGUOUS);
	model_shares(&m, votes, shares);
	assert_near(shares[EVIDENCE_OWNS * 2], 0.5F + 0.5F * m.prior[0], 1e-6);
	assert_near(shares[EVIDENCE_SAYS * 2 + 1], m.prior[1], 1e-6);
	forest_free(m.forest);
	dataset_clear(&d);
}

/* With as many packets at the end as when it was due, the label is the same but for that:
 * alone, and with the evidence of one flow. */
static void an_early_label_is_provisional(void **state)
{
	struct model *m = *state;
	struct labeller_params p = { .model = m, .max_burst_flows = 1, .alone = true };
	struct burst_params bp = burst_defaults();

	bp.early.packets = 4;
	for (int way = 0; way < 2; way++, p.alone = false) {
		struct labeller *l = labeller_new(&p);
		struct burst_tracker *t = burst_tracker_new(&bp);
		struct label early, final;

		assert_non_null(l);
		assert_non_null(t);
		add_flow(t, 0, 1, 1111, 4);
		early = labeller_early(l, burst_take_due(t));
		burst_end_all(t, BURST_FLUSH);
		final = *labeller_burst(l, burst_take(t));
		assert_true(early.provisional);
		assert_false(final.provisional);
		assert_int_equal(early.best, final.best);
		assert_float_equal(early.confidence, final.confidence, 1e-6);
		assert_string_equal(label_name(m, &early), "Big");
		burst_tracker_free(t);
		labeller_free(l);
	}
}

/* Where nothing speaks for either class, the likelier one may be named in the end, and
 * not early. */
static void an_early_label_has_to_be_surer(void **state)
{
	struct model doubting = *(struct model *)*state;
	float threshold[2] = { 0, 0 };
	struct burst_params bp = burst_defaults();
	struct burst_tracker *t;
	struct label early;
	struct labeller *l;
	struct burst *b;

	doubting.strengths = (struct evidence_strengths){ .tau = 1, .eps = 0.03F };
	doubting.threshold = threshold;
	doubting.novelty.limit = NOVELTY_NEVER;
	l = labeller_new(
		&(struct labeller_params){ .model = &doubting, .max_burst_flows = 16 });
	bp.early.packets = 4;
	t = burst_tracker_new(&bp);
	assert_non_null(l);
	assert_non_null(t);
	add_flow(t, 0, 1, 1100, 4);
	early = labeller_early(l, burst_take_due(t));
	burst_end_all(t, BURST_FLUSH);
	b = burst_take(t);
	assert_float_equal(early.confidence, 0.5, 1e-6);
	assert_int_equal(early.reason, LABEL_LOW_CONFIDENCE);
	assert_int_equal(labeller_burst(l, b)->reason, LABEL_KNOWN);
	burst_release(t, b);
	burst_tracker_free(t);
	labeller_free(l);
}

/* Bursts of one client, so that each is part of the next one's past; every label of the
 * parts is just that of the whole. */
static void a_burst_in_parts_is_labelled_as_a_whole(void **state)
{
	struct labeller_params p = { .model = *state, .max_burst_flows = 40 };
	struct labeller *whole = labeller_new(&p), *parts = labeller_new(&p);
	struct burst_tracker *t = tracker();

	assert_non_null(whole);
	assert_non_null(parts);
	for (uint16_t i = 1; i < 40; i++) {
		const struct label *want, *got;
		struct burst *b;

		for (uint16_t k = 0; k < i; k++)
			add_flow(t, i * 5 * MONO_SECOND + k, k,
			         (i + k) % 3 ? 40 + k : 900 + k, 2 + k % 4);
		burst_end_all(t, BURST_FLUSH);
		b = burst_take(t);
		want = labeller_burst(whole, b);
		labeller_begin(parts, b);
		do
			got = labeller_go_on(parts, 1 + i % 9);
		while (!got);
		for (uint16_t k = 0; k < i; k++) {
			assert_int_equal(got[k].best, want[k].best);
			assert_int_equal(got[k].reason, want[k].reason);
			assert_memory_equal(&got[k].confidence, &want[k].confidence,
			                    sizeof(float));
		}
		burst_release(t, b);
	}
	burst_tracker_free(t);
	labeller_free(whole);
	labeller_free(parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_like_nothing_before_is_novel),
		cmocka_unit_test(an_early_label_is_provisional),
		cmocka_unit_test(an_early_label_has_to_be_surer),
		cmocka_unit_test(flows_are_labelled_in_their_order),
		cmocka_unit_test(too_few_packets_are_unknown),
		cmocka_unit_test(a_burst_in_parts_is_labelled_as_a_whole),
		cmocka_unit_test(a_confidence_below_the_threshold_is_unknown),
		cmocka_unit_test(what_could_be_any_apps_is_unknown),
	};

	return cmocka_run_group_tests(tests, train, clear);
}
