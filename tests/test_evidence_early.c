/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence_bursts.h"

/* Weigh a flow of client 1 early. */
static void weigh_early(struct evidence *e, uint16_t flow, const float *p, float *q)
{
	struct flow_ends ends = ends_of(1, flow);
	const struct flow_ends *at = &ends;
	float views[EVIDENCE_VIEWS * CLASSES];

	see_twice(p, CLASSES, 1, views);
	evidence_early(e, &(struct evidence_burst){ { 0 }, &at, views, 1 }, q);
}

/* What was asked for early leaves no trace in what is said of ended bursts. */
static void early_changes_nothing_later(void **state)
{
	const float p[4 * CLASSES] = { 0.1f, 0.8f, 0.1f, 0.3f, 0.5f, 0.2f,
		                       0.9f, 0.1f, 0,    0.2f, 0.2f, 0.6f };
	struct evidence *with = evidence(), *without = evidence();
	struct evidence_burst b = burst_of(p, 4);
	float q[4 * CLASSES], r[4 * CLASSES], early[CLASSES];

	(void)state;
	for (int burst = 0; burst < 3; burst++) {
		for (uint16_t i = 0; i < 4; i++)
			weigh_early(with, i, p + (3 - i) * CLASSES, early);
		evidence_weigh(with, &b, q);
		evidence_weigh(without, &b, r);
		assert_memory_equal(q, r, sizeof(q));
	}
	evidence_free(with);
	evidence_free(without);
}

/* Asked for every flow of a burst in turn, the last one has all that the ended burst
 * has. */
static void early_knows_what_was_weighed_early_before(void **state)
{
	const float p[3 * CLASSES] = { 0.1f,  0.8f,  0.1f,  0.05f, 0.9f,
		                       0.05f, 0.34f, 0.33f, 0.33f };
	struct evidence *e = evidence();
	struct evidence_burst b = burst_of(p, 3);
	float q[3 * CLASSES], first[CLASSES], last[CLASSES];

	(void)state;
	evidence_weigh(e, &b, q); /* a past that counts, too */
	weigh_early(e, 2, p + 2 * CLASSES, first);
	weigh_early(e, 0, p, last);
	weigh_early(e, 1, p + CLASSES, last);
	evidence_weigh(e, &b, q);
	for (unsigned c = 0; c < CLASSES; c++)
		assert_float_equal(last[c], q[CLASSES + c], 1e-5);
	assert_true(first[1] < q[2 * CLASSES + 1] - 0.001f);
	/* The next burst begins with nothing of this one but the past. */
	weigh_early(e, 2, p + 2 * CLASSES, first);
	weigh_one(e, b.ends[2], 0, p + 2 * CLASSES, q);
	for (unsigned c = 0; c < CLASSES; c++)
		assert_float_equal(first[c], q[c], 1e-5);
	evidence_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(early_changes_nothing_later),
		cmocka_unit_test(early_knows_what_was_weighed_early_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
