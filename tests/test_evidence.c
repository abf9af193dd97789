/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence_bursts.h"

static const float even[EVIDENCE_PAIRS_MAX + 1];

static void probabilities_add_up(void **state)
{
	struct evidence *e = evidence();
	struct flow_ends ends = ends_of(1, 1);
	const float p[CLASSES] = { 0.1f, 0.2f, 0.7f };
	float q[CLASSES];

	(void)state;
	weigh_one(e, &ends, 0, p, q);
	assert_float_equal(q[0] + q[1] + q[2], 1, 1e-5);
	assert_true(q[2] > q[1] && q[1] > q[0]);
	evidence_free(e);
}

/* A flow that cannot decide is named by the others of its burst. */
static void burst_decides_for_a_silent_flow(void **state)
{
	struct evidence *e = evidence();
	const float p[3 * CLASSES] = { 0.34f, 0.33f, 0.33f, 0.1f, 0.8f,
		                       0.1f,  0.1f,  0.8f,  0.1f };
	struct evidence_burst b = burst_of(p, 3);
	float q[3 * CLASSES];

	(void)state;
	evidence_weigh(e, &b, q);
	assert_true(q[1] > 0.6f);
	evidence_free(e);
}

/* What a flow keeps to itself is not what its neighbours hear. */
static void neighbours_hear_what_is_said(void **state)
{
	const float p[2 * EVIDENCE_VIEWS * CLASSES] = {
		0.9f,  0.05f, 0.05f, 0.05f, 0.9f,  0.05f, /* says 1 */
		0.34f, 0.33f, 0.33f, 0.34f, 0.33f, 0.33f,
	};
	struct evidence *e = evidence();
	struct evidence_burst b = burst_of(p, 2);
	float q[2 * CLASSES];

	(void)state;
	b.p = p;
	evidence_weigh(e, &b, q);
	assert_int_equal(evidence_best(q, CLASSES), 0);
	assert_int_equal(evidence_best(q + CLASSES, CLASSES), 1);
	evidence_free(e);
}

/* Many that could be anyone's do not outvote one that is sure. */
static void the_sure_have_the_say(void **state)
{
	float p[12 * CLASSES] = { 0.02f, 0.96f, 0.02f };
	struct evidence *e = evidence();
	struct evidence_burst b;
	float z[12 * EVIDENCE_PARTS * CLASSES];
	const float *soft = z + (11 * EVIDENCE_PARTS + EVIDENCE_SOFT) * CLASSES;

	(void)state;
	for (int i = 1; i < 12; i++)
		memcpy(p + i * CLASSES, (const float[]){ 0.4f, 0.2f, 0.4f },
		       CLASSES * sizeof(*p));
	b = burst_of(p, 12);
	evidence_parts(e, &b, z);
	assert_int_equal(evidence_best(soft, CLASSES), 1);
	evidence_free(e);
}

/* Two apps at once: each flow that is sure of itself stays so, whatever the majority. */
static void two_apps_keep_their_flows(void **state)
{
	struct evidence_params trusting = params();
	struct evidence *e;
	const float p[5 * CLASSES] = { 0.98f, 0.01f, 0.01f, 0.98f, 0.01f,
		                       0.01f, 0.98f, 0.01f, 0.01f, 0.01f,
		                       0.98f, 0.01f, 0.01f, 0.98f, 0.01f };
	struct evidence_burst b = burst_of(p, 5);
	float q[5 * CLASSES];

	(void)state;
	trusting.strengths.part[EVIDENCE_OWN] = 0.8f;
	e = evidence_of(&trusting);
	for (int burst = 0; burst < 5; burst++) {
		evidence_weigh(e, &b, q);
		assert_true(q[0] > 0.9f);
		assert_true(q[3 * CLASSES + 1] > 0.7f);
	}
	evidence_free(e);
}

/* The past of a flow and of its client counts; a stranger's does not, nor does what is
 * too old. */
static void past_counts_until_it_is_old(void **state)
{
	const float sure[CLASSES] = { 0.9f, 0.05f, 0.05f };
	struct evidence *e = evidence();
	struct flow_ends first = ends_of(1, 1), later = ends_of(1, 2);
	struct flow_ends stranger = ends_of(2, 1);
	float same_flow[CLASSES], same_client[CLASSES], other[CLASSES], old[CLASSES];

	(void)state;
	weigh_one(e, &first, 0, sure, same_flow);
	weigh_one(e, &stranger, 2, prior, other);
	assert_true(other[0] < other[2]);
	weigh_one(e, &later, 2, prior, same_client);
	assert_true(same_client[0] > 0.5f);
	weigh_one(e, &first, 4, prior, same_flow);
	assert_true(same_flow[0] > same_client[0] + 0.01f);
	weigh_one(e, &first, 4 + 601, prior, old);
	assert_true(old[0] < old[2]);
	evidence_free(e);
}

/* A flow that is as likely to be anything as before speaks for nothing later. */
static void what_is_known_anyway_adds_nothing(void **state)
{
	struct evidence *e = evidence();
	struct evidence_burst b = burst_of(prior, 1);
	float z[EVIDENCE_PARTS * CLASSES];

	(void)state;
	for (int burst = 0; burst < 3; burst++) {
		evidence_parts(e, &b, z);
		for (int c = 0; c < CLASSES; c++)
			assert_float_equal(z[EVIDENCE_FLOW * CLASSES + c], 0, 1e-6);
	}
	evidence_free(e);
}

static double share_of(double p)
{
	return (p + 0.05 / CLASSES) / 1.05;
}

/* What a flow says under a hypothesis of one app (a == b) or two. */
static double fit_of(const float *p, int a, int b)
{
	double q[CLASSES], sum = 0;

	for (int c = 0; c < CLASSES; c++) {
		q[c] = share_of((double)p[c]) / share_of((double)prior[c]);
		sum += q[c];
	}
	return 0.97 * (q[a] + q[b]) / 2 / sum + 0.03 / CLASSES;
}

/* Hypotheses by the book, with plain products: what flows 1 and 2, and of an earlier
 * burst flow 0, say about flow 0. */
static void hypotheses_are_bayes(void **state)
{
	const float p[3 * CLASSES] = { 0.8f, 0.1f, 0.1f, 0.1f, 0.7f,
		                       0.2f, 0.3f, 0.6f, 0.1f };
	struct evidence *e = evidence();
	struct evidence_burst before = burst_of(p, 1), b = burst_of(p, 3);
	float first[EVIDENCE_PARTS * CLASSES], z[3 * EVIDENCE_PARTS * CLASSES];
	double belief[CLASSES] = { 0 }, sum = 0;

	(void)state;
	evidence_parts(e, &before, first);
	evidence_parts(e, &b, z);
	for (int a = 0; a < CLASSES; a++) {
		for (int c = a; c < CLASSES; c++) {
			double w = a == c ? 1 / 3.0 : exp(-4) / 3;

			w *= pow(fit_of(p, a, c), 0.9) * fit_of(p + CLASSES, a, c) *
			     fit_of(p + 2 * CLASSES, a, c);
			belief[a] += w / 2;
			belief[c] += w / 2;
			sum += w;
		}
	}
	for (int c = 0; c < CLASSES; c++)
		assert_float_equal(z[EVIDENCE_HYP * CLASSES + c],
		                   log(0.99 * belief[c] / sum + 0.01 / CLASSES), 1e-4);
	evidence_free(e);
}

static void parts_add_up_to_the_weighing(void **state)
{
	const float p[2 * CLASSES] = { 0.3f, 0.3f, 0.4f, 0.1f, 0.7f, 0.2f };
	struct evidence_strengths s = evidence_defaults();
	struct evidence *one = evidence(), *two = evidence();
	struct evidence_burst b = burst_of(p, 2);
	float z[2 * EVIDENCE_PARTS * CLASSES], q[2 * CLASSES], sum[CLASSES];

	(void)state;
	for (int burst = 0; burst < 3; burst++) {
		evidence_parts(one, &b, z);
		evidence_weigh(two, &b, q);
		for (int i = 0; i < 2; i++) {
			evidence_sum(&s, CLASSES, z + i * EVIDENCE_PARTS * CLASSES, sum);
			assert_memory_equal(sum, q + i * CLASSES, sizeof(sum));
		}
	}
	evidence_free(one);
	evidence_free(two);
}

/* Three flows of one class, two of another: both are there when pairs are thought of,
 * else the former alone. */
static void pairs_are_thought_of_up_to_a_limit(void **state)
{
	struct evidence_params p = params();

	(void)state;
	p.prior = even;
	for (p.classes = EVIDENCE_PAIRS_MAX - 1; p.classes <= EVIDENCE_PAIRS_MAX + 1;
	     p.classes++) {
		static float own[6 * (EVIDENCE_PAIRS_MAX + 1)];
		static float z[6 * EVIDENCE_PARTS * (EVIDENCE_PAIRS_MAX + 1)];
		struct evidence *e = evidence_of(&p);
		struct evidence_burst b;
		const float *hyp = z + EVIDENCE_HYP * p.classes;
		unsigned last = p.classes - 1;

		memset(own, 0, sizeof(own));
		for (unsigned i = 1; i < 6; i++)
			own[i * p.classes + (i < 4 ? 0 : last)] = 1;
		b = burst_with(own, p.classes, 6);
		evidence_parts(e, &b, z);
		assert_true(expf(hyp[0]) > 0.4f);
		assert_true((expf(hyp[last]) > 0.4f) ==
		            (p.classes <= EVIDENCE_PAIRS_MAX));
		evidence_free(e);
	}
}

/* More flows and clients than there are records: every answer is a probability. */
static void stays_within_its_records(void **state)
{
	static float p[FLOWS_MAX * CLASSES], q[FLOWS_MAX * CLASSES];
	struct evidence *e = evidence();
	struct evidence_burst b;

	(void)state;
	for (int i = 0; i < FLOWS_MAX; i++)
		p[i * CLASSES + i % CLASSES] = 1;
	b = burst_of(p, FLOWS_MAX);
	for (uint32_t burst = 0; burst < 200; burst++) {
		struct flow_ends ends = ends_of(burst, 1);

		if (burst % 70 == 0)
			evidence_weigh(e, &b, q);
		weigh_one(e, &ends, 0, p, q);
		for (int i = 0; i < FLOWS_MAX * CLASSES; i++)
			assert_true(q[i] >= 0 && q[i] <= 1);
	}
	evidence_free(e);
}

/* With the flows that an ended burst has, a flow gets early what it gets in the end, and
 * what was asked for early leaves no trace. */
static void early_is_as_if_the_burst_had_ended(void **state)
{
	const float p[4 * CLASSES] = { 0.1f, 0.8f, 0.1f, 0.3f, 0.5f, 0.2f,
		                       0.9f, 0.1f, 0,    0.2f, 0.2f, 0.6f };
	struct evidence *with = evidence(), *without = evidence();
	struct evidence_burst b = burst_of(p, 4), one = b;
	float q[4 * CLASSES], r[4 * CLASSES], early[CLASSES], alone[CLASSES];

	(void)state;
	one.n = 1;
	for (int burst = 0; burst < 3; burst++) {
		b.last = mono_ms(burst * 2000);
		evidence_early(with, &one, alone);
		evidence_early(with, &b, early);
		evidence_weigh(with, &b, q);
		evidence_weigh(without, &b, r);
		assert_memory_equal(q, r, sizeof(q));
		assert_memory_equal(q, early, sizeof(early));
		assert_true(fabsf(alone[1] - early[1]) > 1e-3f);
	}
	/* What is too old does not count here either. */
	b.last = mono_ms(3600 * 1000);
	evidence_early(with, &one, early);
	evidence_free(without);
	without = evidence();
	evidence_early(without, &one, alone);
	for (unsigned c = 0; c < CLASSES; c++)
		assert_true(fabsf(alone[c] - early[c]) > 1e-3f);
	one.last = b.last;
	evidence_early(with, &one, early);
	assert_memory_equal(alone, early, sizeof(early));
	evidence_free(with);
	evidence_free(without);
}

/* One that is sure against twelve that lean the other way. */
static void the_sure_name_a_trace(void **state)
{
	const float sure[CLASSES] = { 0.98f, 0.01f, 0.01f };
	const float leaning[CLASSES] = { 0.2f, 0.3f, 0.5f };
	float one[CLASSES], other[CLASSES];

	(void)state;
	evidence_vote(CLASSES, prior, sure, one);
	evidence_vote(CLASSES, prior, leaning, other);
	assert_int_equal(evidence_best(leaning, CLASSES), 2);
	assert_int_equal(evidence_best(other, CLASSES),
	                 1); /* by the prior, 2 is no news */
	for (int c = 0; c < CLASSES; c++)
		one[c] += 12 * other[c];
	assert_int_equal(evidence_best(one, CLASSES), 0);
}

/* Half of it is the flow's own; the rest is shared by the burst, and a burst later there
 * is a tenth less of it. */
static void neighbours_share_their_novelty(void **state)
{
	const float p[2 * CLASSES] = { 0.1f, 0.8f, 0.1f, 0.3f, 0.5f, 0.2f };
	const float novel[2] = { 0.8f, 0.2f }, usual[2] = { 0, 0 };
	struct evidence_burst b = burst_of(p, 2);
	struct evidence *e = evidence();
	float q[2 * CLASSES];

	(void)state;
	evidence_weigh(e, &b, q);
	assert_true(evidence_novelty(e, &b, 0) == 0);
	evidence_free(e);
	e = evidence();
	b.novelty = novel;
	evidence_early(e, &b, q);
	assert_float_equal(evidence_novelty(e, &b, 0), (0.8 + 0.5) / 2, 1e-6);
	evidence_weigh(e, &b, q);
	assert_float_equal(evidence_novelty(e, &b, 0), (0.8 + 0.5) / 2, 1e-6);
	assert_float_equal(evidence_novelty(e, &b, 1), (0.2 + 0.5) / 2, 1e-6);
	b.novelty = usual;
	b.last = mono_ms(2000);
	evidence_early(e, &b, q);
	assert_float_equal(evidence_novelty(e, &b, 0), 0.9 / (1.8 + 2) / 2, 1e-6);
	evidence_weigh(e, &b, q);
	assert_float_equal(evidence_novelty(e, &b, 1), 0.9 / (1.8 + 2) / 2, 1e-6);
	evidence_free(e);
}

/* Neither the flow's past nor the client's is left. */
static void forgets_as_if_new(void **state)
{
	struct evidence *used = evidence(), *fresh = evidence();
	struct flow_ends ends = ends_of(1, 1);
	const float sure[CLASSES] = { 0.9f, 0.05f, 0.05f };
	const float p[CLASSES] = { 0.3f, 0.4f, 0.3f };
	float before[CLASSES], q[CLASSES], as_new[CLASSES];

	(void)state;
	weigh_one(used, &ends, 0, sure, q);
	weigh_one(used, &ends, 1, p, before);
	evidence_forget(used);
	weigh_one(used, &ends, 1, p, q);
	weigh_one(fresh, &ends, 1, p, as_new);
	assert_memory_equal(q, as_new, sizeof(q));
	assert_true(before[0] > q[0]);
	evidence_free(used);
	evidence_free(fresh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(early_is_as_if_the_burst_had_ended),
		cmocka_unit_test(probabilities_add_up),
		cmocka_unit_test(burst_decides_for_a_silent_flow),
		cmocka_unit_test(neighbours_hear_what_is_said),
		cmocka_unit_test(the_sure_have_the_say),
		cmocka_unit_test(two_apps_keep_their_flows),
		cmocka_unit_test(past_counts_until_it_is_old),
		cmocka_unit_test(what_is_known_anyway_adds_nothing),
		cmocka_unit_test(hypotheses_are_bayes),
		cmocka_unit_test(parts_add_up_to_the_weighing),
		cmocka_unit_test(pairs_are_thought_of_up_to_a_limit),
		cmocka_unit_test(stays_within_its_records),
		cmocka_unit_test(the_sure_name_a_trace),
		cmocka_unit_test(neighbours_share_their_novelty),
		cmocka_unit_test(forgets_as_if_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
