/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TEST_EVIDENCE_BURSTS_H
#define NFCLASS_TEST_EVIDENCE_BURSTS_H

#include "testing.h"

#include <math.h>
#include <netinet/in.h>

#include "evidence.h"

/* Bursts of a few flows to weigh. */

#define CLASSES 3

static const float prior[CLASSES] = { 0.25f, 0.25f, 0.5f };

static inline struct evidence_params params(void)
{
	return (struct evidence_params){ .classes = CLASSES,
		                         .prior = prior,
		                         .strengths = evidence_defaults(),
		                         .max_flows = 64,
		                         .max_clients = 64,
		                         .secret = { { 1, 2 } } };
}

static inline struct evidence *evidence_of(const struct evidence_params *p)
{
	struct evidence *e = evidence_new(p);

	assert_non_null(e);
	return e;
}

static inline struct evidence *evidence(void)
{
	struct evidence_params p = params();

	return evidence_of(&p);
}

/* Flow number i of the client: a port of its own. */
static inline struct flow_ends ends_of(uint32_t client, uint16_t i)
{
	return (struct flow_ends){ addr_v4(client), addr_v4(0x08080808),
		                   (uint16_t)(1000 + i), 443, IPPROTO_TCP };
}

/* Rows of p as both views of flows. */
static inline void see_twice(const float *p, unsigned classes, size_t n, float *views)
{
	for (size_t i = 0; i < n * EVIDENCE_VIEWS; i++)
		memcpy(views + i * classes, p + i / EVIDENCE_VIEWS * classes,
		       classes * sizeof(*p));
}

/* Weigh a burst of one flow; q[CLASSES]. */
static inline void weigh_one(struct evidence *e, const struct flow_ends *ends,
                             int64_t second, const float *p, float *q)
{
	float views[EVIDENCE_VIEWS * CLASSES];
	struct evidence_burst b = { mono_ms(second * 1000), &ends, views, NULL, 1 };

	see_twice(p, CLASSES, 1, views);
	evidence_weigh(e, &b, q);
}

/* A burst of n flows of client 1, good until the next one is made. */
#define FLOWS_MAX 500
static inline struct evidence_burst burst_with(const float *p, unsigned classes, size_t n)
{
	static struct flow_ends ends[FLOWS_MAX];
	static const struct flow_ends *at[FLOWS_MAX];
	static float views[FLOWS_MAX * EVIDENCE_VIEWS * CLASSES];

	assert_true(n * classes <= FLOWS_MAX * CLASSES);
	for (size_t i = 0; i < n; i++) {
		ends[i] = ends_of(1, (uint16_t)i);
		at[i] = &ends[i];
	}
	see_twice(p, classes, n, views);
	return (struct evidence_burst){ { 0 }, at, views, NULL, n };
}

static inline struct evidence_burst burst_of(const float *p, size_t n)
{
	return burst_with(p, CLASSES, n);
}

#endif
