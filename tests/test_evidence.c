/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include <netinet/in.h>

#include "evidence.h"

#define CLASSES 3

static const struct hash_key key = { { 1, 2 } };

static struct evidence *evidence(uint32_t records)
{
	struct evidence_strengths s = evidence_defaults();
	struct evidence *e = evidence_new(CLASSES, &s, records, &key);

	assert_non_null(e);
	return e;
}

/* Flow number i of the client: a port and a server network of its own. */
static struct flow_ends ends_of(uint32_t client, uint16_t i)
{
	return (struct flow_ends){ addr_v4(client), addr_v4(0x08000000U + 256U * i),
		                   (uint16_t)(1000 + i), 443, IPPROTO_TCP };
}

/* Weigh a burst of one flow; q[CLASSES]. */
static void weigh_one(struct evidence *e, const struct flow_ends *ends, int64_t second,
                      const float *p, float *q)
{
	struct evidence_burst b = { mono_ms(second * 1000), &ends, p, 1 };

	evidence_weigh(e, &b, q);
}

static void probabilities_add_up(void **state)
{
	struct evidence *e = evidence(16);
	struct flow_ends ends = ends_of(1, 1);
	const float p[CLASSES] = { 0.2f, 0.3f, 0.5f };
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
	struct evidence *e = evidence(64);
	struct flow_ends ends[3] = { ends_of(1, 1), ends_of(1, 2), ends_of(1, 3) };
	const struct flow_ends *at[3] = { &ends[0], &ends[1], &ends[2] };
	const float p[3 * CLASSES] = { 0.34f, 0.33f, 0.33f, 0.1f, 0.8f,
		                       0.1f,  0.1f,  0.8f,  0.1f };
	struct evidence_burst b = { { 0 }, at, p, 3 };
	float q[3 * CLASSES];

	(void)state;
	evidence_weigh(e, &b, q);
	assert_true(q[1] > 0.7f);
	evidence_free(e);
}

/* Two apps at once: each flow that is sure of itself stays so, whatever the majority. */
static void two_apps_keep_their_flows(void **state)
{
	struct evidence *e = evidence(64);
	struct flow_ends ends[4];
	const struct flow_ends *at[4];
	const float p[4 * CLASSES] = { 0.9f, 0.05f, 0.05f, 0.9f,  0.05f, 0.05f,
		                       0.9f, 0.05f, 0.05f, 0.05f, 0.05f, 0.9f };
	struct evidence_burst b = { { 0 }, at, p, 4 };
	float q[4 * CLASSES];

	(void)state;
	for (uint16_t i = 0; i < 4; i++) {
		ends[i] = ends_of(1, i);
		at[i] = &ends[i];
	}
	for (int burst = 0; burst < 5; burst++) {
		evidence_weigh(e, &b, q);
		assert_true(q[0] > 0.9f);
		assert_true(q[3 * CLASSES + 2] > 0.5f);
	}
	evidence_free(e);
}

/* The past of a flow, of its server network and of its client counts; a stranger's does
 * not, nor does what is too old. */
static void past_counts_until_it_is_old(void **state)
{
	const float sure[CLASSES] = { 0.05f, 0.05f, 0.9f };
	const float unsure[CLASSES] = { 0.34f, 0.33f, 0.33f };
	struct evidence *e = evidence(64);
	struct flow_ends first = ends_of(1, 1), later = ends_of(1, 2);
	struct flow_ends stranger = ends_of(2, 1);
	float same_flow[CLASSES], same_client[CLASSES], other[CLASSES], old[CLASSES];

	(void)state;
	weigh_one(e, &first, 0, sure, same_flow);
	weigh_one(e, &stranger, 2, unsure, other);
	assert_true(other[0] > other[2]);
	weigh_one(e, &later, 2, unsure, same_client);
	assert_true(same_client[2] > 0.5f);
	weigh_one(e, &first, 4, unsure, same_flow);
	assert_true(same_flow[2] > same_client[2]);
	weigh_one(e, &first, 4 + 601, unsure, old);
	assert_true(old[0] > old[2]);
	evidence_free(e);
}

static void same_network_pulls_within_a_burst(void **state)
{
	struct evidence_strengths s = evidence_defaults();
	struct flow_ends ends[2] = { ends_of(1, 1), ends_of(1, 1) };
	const struct flow_ends *at[2] = { &ends[0], &ends[1] };
	const float p[2 * CLASSES] = { 0.4f, 0.3f, 0.3f, 0.02f, 0.96f, 0.02f };
	struct evidence_burst b = { { 0 }, at, p, 2 };
	float near[2 * CLASSES], far[2 * CLASSES];
	struct evidence *e;

	(void)state;
	s.prior = 0;
	ends[1].client_port++;
	ends[1].server = addr_v4((uint32_t)ends[1].server.lo + 77);
	e = evidence_new(CLASSES, &s, 64, &key);
	assert_non_null(e);
	evidence_weigh(e, &b, near);
	evidence_free(e);
	ends[1].server = addr_v4((uint32_t)ends[1].server.lo + 256);
	e = evidence_new(CLASSES, &s, 64, &key);
	assert_non_null(e);
	evidence_weigh(e, &b, far);
	evidence_free(e);
	assert_true(near[1] > far[1] + 0.01f);
}

/* More flows than there are records: the memory stays, every answer is a probability. */
static void stays_within_its_records(void **state)
{
	enum { FLOWS = 500 };
	static struct flow_ends ends[FLOWS];
	static const struct flow_ends *at[FLOWS];
	static float p[FLOWS * CLASSES], q[FLOWS * CLASSES];
	struct evidence *e = evidence(16);
	struct evidence_burst b = { { 0 }, at, p, FLOWS };

	(void)state;
	for (unsigned i = 0; i < FLOWS; i++) {
		ends[i] = ends_of(1, (uint16_t)i);
		at[i] = &ends[i];
		p[i * CLASSES + i % CLASSES] = 1;
	}
	for (int burst = 0; burst < 3; burst++) {
		evidence_weigh(e, &b, q);
		for (int i = 0; i < FLOWS * CLASSES; i++)
			assert_true(q[i] >= 0 && q[i] <= 1);
	}
	evidence_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probabilities_add_up),
		cmocka_unit_test(burst_decides_for_a_silent_flow),
		cmocka_unit_test(two_apps_keep_their_flows),
		cmocka_unit_test(past_counts_until_it_is_old),
		cmocka_unit_test(same_network_pulls_within_a_burst),
		cmocka_unit_test(stays_within_its_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
