/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "weigh.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What evidence wants of a burst. */
struct gathered {
	const struct flow_ends **ends;
	float *p;
	float *novelty;
};

static bool gathered_init(struct gathered *g, const struct stream *s, unsigned classes)
{
	size_t most = 1;

	for (size_t i = 0; i < s->bursts; i++)
		most = s->burst[i].count > most ? s->burst[i].count : most;
	g->ends = calloc(most, sizeof(*g->ends));
	g->p = calloc(most * EVIDENCE_VIEWS * classes, sizeof(*g->p));
	g->novelty = calloc(most, sizeof(*g->novelty));
	return g->ends && g->p && g->novelty;
}

static void gathered_clear(struct gathered *g)
{
	free(g->ends);
	free(g->p);
	free(g->novelty);
}

static struct evidence_burst gather(struct gathered *g, const struct stream *s,
                                    const struct stream_burst *b, unsigned classes,
                                    const float *p)
{
	size_t width = (size_t)EVIDENCE_VIEWS * classes;

	for (size_t i = 0; i < b->count; i++) {
		const struct stream_flow *flow = &s->flow[b->first + i];

		g->ends[i] = &flow->ends;
		memcpy(g->p + i * width, p + flow->at * width, width * sizeof(*p));
	}
	return (struct evidence_burst){ b->last, g->ends, g->p, NULL, b->count };
}

/* Flows of the trace that has the most. */
static uint32_t most_flows(const struct stream *s)
{
	uint32_t most = 1, flows = 0;

	for (size_t i = 0; i < s->bursts; i++) {
		flows = (s->burst[i].fresh ? 0 : flows) + (uint32_t)s->burst[i].count;
		most = flows > most ? flows : most;
	}
	return most;
}

/* With room for what any one trace can bring, up to what the daemon has. */
static struct evidence *no_past(const struct stream *s, const struct weigh_params *w)
{
	uint32_t flows = most_flows(s);

	return evidence_new(&(struct evidence_params){
		.classes = w->classes,
		.prior = w->prior,
		.strengths = w->strengths,
		.max_flows = flows < EVIDENCE_FLOWS ? flows : EVIDENCE_FLOWS,
		.max_clients = flows < EVIDENCE_CLIENTS ? flows : EVIDENCE_CLIENTS,
	});
}

/* A burst of rows, which stand in the order of the stream. */
static void weigh(struct evidence *e, struct evidence_burst *all, struct gathered *g,
                  float *q, float *novelty)
{
	memcpy(g->novelty, novelty, all->n * sizeof(*novelty));
	all->novelty = g->novelty;
	evidence_weigh(e, all, q);
	for (size_t i = 0; i < all->n; i++)
		novelty[i] = evidence_novelty(e, all, i);
}

/* What there is to learn: parts, or probabilities and novelty. */
struct outcome {
	float *z, *q, *novelty;
};

static int walk(const struct stream *s, const struct weigh_params *w, const float *p,
                struct outcome out)
{
	size_t width = w->classes, parts = EVIDENCE_PARTS * width;
	struct evidence *e = no_past(s, w);
	struct gathered g;
	int err = gathered_init(&g, s, w->classes) && e ? 0 : -ENOMEM;

	for (size_t i = 0; i < s->bursts && !err; i++) {
		const struct stream_burst *b = &s->burst[i];
		struct evidence_burst all = gather(&g, s, b, w->classes, p);

		if (b->fresh)
			evidence_forget(e);
		if (out.z)
			evidence_parts(e, &all, out.z + b->first * parts);
		else
			weigh(e, &all, &g, out.q + b->first * width,
			      out.novelty + b->first);
	}
	evidence_free(e);
	gathered_clear(&g);
	return err;
}

int weigh_stream(const struct stream *s, const struct weigh_params *w, const float *p,
                 float *z)
{
	return walk(s, w, p, (struct outcome){ .z = z });
}

int weigh_rows(const struct forest_rows *rows, const struct weigh_params *w,
               const float *p, float *q, float *novelty)
{
	struct stream s;
	int err = stream_rows(&s, rows);

	if (!err)
		err = walk(&s, w, p, (struct outcome){ .q = q, .novelty = novelty });
	stream_clear(&s);
	return err;
}
