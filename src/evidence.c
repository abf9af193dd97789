/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "past.h"

/* A forest of a few hundred trees cannot tell less likely things apart; over all classes
 * together. */
#define FLOOR        0.05f

/* Evenly spread counts that the mixture begins with, and what is left of a client's
 * counts a burst later. */
#define SOFT_COUNT   0.05f
#define SOFT_FADE    0.8f

/* The share of hypotheses that none of those thought of is right. */
#define HYP_FLOOR    0.01f

/* What is left of a client's novelty a burst later. */
#define NOVELTY_FADE 0.9f

/* Of a client's past, behind hypotheses and classes: the sum of what its burst-flows had
 * of novelty, and their number; both fade. */
enum { NOVELTY_SUM, NOVELTY_COUNT, NOVELTY_SUMS };

struct evidence {
	struct evidence_strengths s;
	unsigned classes, hyps;
	/* Of a flow: by class, the sum of log-likelihood ratios.  Of a client: by
	 * hypothesis, the faded sum of log-likelihoods; then the counts by class. */
	struct past flows, clients;
	/* By class. */
	float *log_prior;
	float *counts; /* of the client's past and the burst */
	float *ratio;  /* of the flow at hand */
	float *sharp;  /* what it adds to the counts */
	/* By hypothesis: every single app, then every pair. */
	float *fit;    /* likelihood of the flow at hand */
	float *gained; /* sum of their logarithms over the burst */
	float *belief; /* with the burst and the past, up to a factor */
	float *z;      /* parts of the flow at hand */
	float *work;
	float *client;               /* the past of the burst at hand */
	float novelty[NOVELTY_SUMS]; /* of the client's past and the burst */
};

struct evidence_strengths evidence_defaults(void)
{
	return (struct evidence_strengths){
		.part = { [EVIDENCE_OWN] = 0.5f,
		          [EVIDENCE_FLOW] = 0.3f,
		          [EVIDENCE_SOFT] = 0.7f,
		          [EVIDENCE_HYP] = 0.2f },
		.tau = 1,
		.eps = 0.03f,
		.rho = 4,
		.fade = 0.9f,
	};
}

static unsigned count_hyps(unsigned classes)
{
	return classes > EVIDENCE_PAIRS_MAX ? classes
	                                    : classes + classes * (classes - 1) / 2;
}

static bool make_work(struct evidence *e)
{
	unsigned n = e->classes, h = e->hyps;
	float *w = calloc((4 + EVIDENCE_PARTS) * n + 3 * h, sizeof(*w));

	if (!w)
		return false;
	e->work = w;
	e->log_prior = w;
	e->counts = w + n;
	e->ratio = w + 2 * n;
	e->sharp = w + 3 * n;
	e->z = w + 4 * n;
	e->fit = e->z + EVIDENCE_PARTS * n;
	e->gained = e->fit + h;
	e->belief = e->gained + h;
	return true;
}

/* The logarithm of one class's share, none of which is impossible. */
static float log_share(unsigned classes, float share)
{
	return logf((share + FLOOR / (float)classes) / (1 + FLOOR));
}

struct evidence *evidence_new(const struct evidence_params *p)
{
	struct evidence *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	*e = (struct evidence){ .s = p->strengths,
		                .classes = p->classes,
		                .hyps = count_hyps(p->classes) };
	if (!make_work(e) ||
	    !past_init(&e->flows, PAST_FLOW, p->max_flows, e->classes, &p->secret) ||
	    !past_init(&e->clients, PAST_CLIENT, p->max_clients,
	               e->hyps + e->classes + NOVELTY_SUMS, &p->secret)) {
		evidence_free(e);
		return NULL;
	}
	for (unsigned c = 0; c < e->classes; c++)
		e->log_prior[c] = log_share(e->classes, p->prior[c]);
	return e;
}

void evidence_free(struct evidence *e)
{
	if (!e)
		return;
	past_clear(&e->flows);
	past_clear(&e->clients);
	free(e->work);
	free(e);
}

void evidence_forget(struct evidence *e)
{
	past_forget(&e->flows);
	past_forget(&e->clients);
}

/* From logarithms, up to a common summand, to shares. */
static void normalise(float *q, unsigned n)
{
	float most = q[0], sum = 0;

	for (unsigned c = 1; c < n; c++)
		most = q[c] > most ? q[c] : most;
	for (unsigned c = 0; c < n; c++) {
		q[c] = expf(q[c] - most);
		sum += q[c];
	}
	for (unsigned c = 0; c < n; c++)
		q[c] /= sum;
}

/* How much likelier each class is by the flow's features than before: unlike
 * probabilities, these may be multiplied over flows without counting the prior again. */
static void set_ratio(struct evidence *e, const float *p)
{
	for (unsigned c = 0; c < e->classes; c++)
		e->ratio[c] = log_share(e->classes, p[c]) - e->log_prior[c];
}

/* e->sharp, after set_ratio(): the flow's shares, of classes that were all as likely
 * before, to the eighth power.  Many flows of a burst could be anyone's; they would
 * outnumber the few that give the app away. */
static void set_sharp(struct evidence *e)
{
	memcpy(e->sharp, e->ratio, e->classes * sizeof(*e->sharp));
	normalise(e->sharp, e->classes);
	for (unsigned c = 0; c < e->classes; c++)
		for (unsigned twice = 0; twice < 3; twice++)
			e->sharp[c] *= e->sharp[c];
}

/* e->fit: under an app a flow is likely as that app's ratio says, under two as the mean
 * of theirs, and some flows could be anyone's. */
static void set_fit(struct evidence *e)
{
	unsigned n = e->classes, h = n;
	float *fit = e->fit;

	for (unsigned c = 0; c < n; c++)
		fit[c] = e->s.tau * e->ratio[c];
	normalise(fit, n);
	for (unsigned c = 0; c < n; c++)
		fit[c] = (1 - e->s.eps) * fit[c] + e->s.eps / (float)n;
	for (unsigned a = 0; h < e->hyps; a++)
		for (unsigned b = a + 1; b < n; b++)
			fit[h++] = (fit[a] + fit[b]) / 2;
}

/* past may be NULL. */
static void set_belief(struct evidence *e, const float *past)
{
	float single = -logf((float)e->classes);
	float pair = -e->s.rho - logf(fmaxf((float)(e->hyps - e->classes), 1));
	float most = -INFINITY;

	for (unsigned h = 0; h < e->hyps; h++) {
		e->belief[h] = (past ? past[h] : 0) + e->gained[h] +
		               (h < e->classes ? single : pair);
		most = fmaxf(most, e->belief[h]);
	}
	for (unsigned h = 0; h < e->hyps; h++)
		e->belief[h] = expf(e->belief[h] - most);
}

/* One view of flow i. */
static const float *view(const struct evidence *e, const struct evidence_burst *b,
                         size_t i, enum evidence_view v)
{
	return b->p + (i * EVIDENCE_VIEWS + v) * e->classes;
}

/* past may be NULL. */
static void begin(struct evidence *e, const float *past)
{
	for (unsigned c = 0; c < e->classes; c++)
		e->counts[c] = past ? past[e->hyps + c] : 0;
	for (unsigned i = 0; i < NOVELTY_SUMS; i++)
		e->novelty[i] = past ? past[e->hyps + e->classes + i] : 0;
	memset(e->gained, 0, e->hyps * sizeof(*e->gained));
}

/* Flow i of the burst. */
static void add(struct evidence *e, const struct evidence_burst *b, size_t i)
{
	set_ratio(e, view(e, b, i, EVIDENCE_SAYS));
	set_fit(e);
	set_sharp(e);
	for (unsigned c = 0; c < e->classes; c++)
		e->counts[c] += e->sharp[c];
	for (unsigned h = 0; h < e->hyps; h++)
		e->gained[h] += logf(e->fit[h]);
	e->novelty[NOVELTY_SUM] += b->novelty ? b->novelty[i] : 0;
	e->novelty[NOVELTY_COUNT]++;
}

void evidence_begin(struct evidence *e, const struct evidence_burst *b)
{
	e->client = past_touch(&e->clients, b->ends[0], b->last);
	begin(e, e->client);
}

/* What the burst and the client's past say together, before any flow is judged. */
void evidence_gather(struct evidence *e, const struct evidence_burst *b, size_t i)
{
	(void)past_touch(&e->flows, b->ends[i], b->last);
	add(e, b, i);
	if (i + 1 == b->n)
		set_belief(e, e->client);
}

/* The share of each class by the hypotheses, of which the flow at hand says nothing. */
static void put_hyp(struct evidence *e, float *z)
{
	unsigned n = e->classes, h = n;
	float sum = 0, *rest = e->fit; /* which is not needed any more */

	for (unsigned i = 0; i < e->hyps; i++) {
		rest[i] = e->belief[i] / e->fit[i];
		sum += rest[i];
	}
	for (unsigned c = 0; c < n; c++)
		z[c] = rest[c] / sum;
	for (unsigned a = 0; h < e->hyps; a++) {
		for (unsigned b = a + 1; b < n; b++, h++) {
			float half = rest[h] / sum / 2;

			z[a] += half;
			z[b] += half;
		}
	}
	for (unsigned c = 0; c < n; c++)
		z[c] = logf((1 - HYP_FLOOR) * z[c] + HYP_FLOOR / (float)n);
}

static void put_parts(struct evidence *e, const struct evidence_burst *b, size_t i,
                      float *z)
{
	const float *flow = past_find(&e->flows, b->ends[i], b->last);
	const float *own = view(e, b, i, EVIDENCE_OWNS);
	unsigned n = e->classes;

	set_ratio(e, view(e, b, i, EVIDENCE_SAYS));
	set_fit(e);
	set_sharp(e);
	for (unsigned c = 0; c < n; c++) {
		/* The counts hold the flow's; rounding may leave a little less. */
		float others = fmaxf(e->counts[c] - e->sharp[c], 0);

		z[EVIDENCE_OWN * n + c] = log_share(e->classes, own[c]);
		z[EVIDENCE_FLOW * n + c] = flow ? flow[c] : 0;
		z[EVIDENCE_SOFT * n + c] = logf(others + SOFT_COUNT / (float)n);
	}
	put_hyp(e, z + EVIDENCE_HYP * n);
}

void evidence_judge(struct evidence *e, const struct evidence_burst *b, size_t i,
                    float *q)
{
	put_parts(e, b, i, e->z);
	evidence_sum(&e->s, e->classes, e->z, q + i * e->classes);
}

float evidence_novelty(const struct evidence *e, const struct evidence_burst *b, size_t i)
{
	if (!b->novelty)
		return 0;
	return (b->novelty[i] + e->novelty[NOVELTY_SUM] / e->novelty[NOVELTY_COUNT]) / 2;
}

const float *evidence_said(const struct evidence *e)
{
	return e->z;
}

/* Of logarithms only differences count: the largest is kept at 0, so that a long past
 * stays exact. */
static void remember_burst(struct evidence *e)
{
	float *client = e->client, most = -INFINITY;

	for (unsigned h = 0; h < e->hyps; h++) {
		client[h] += e->gained[h];
		most = fmaxf(most, client[h]);
	}
	for (unsigned h = 0; h < e->hyps; h++)
		client[h] = e->s.fade * (client[h] - most);
	for (unsigned c = 0; c < e->classes; c++)
		client[e->hyps + c] = SOFT_FADE * e->counts[c];
	for (unsigned i = 0; i < NOVELTY_SUMS; i++)
		client[e->hyps + e->classes + i] = NOVELTY_FADE * e->novelty[i];
}

void evidence_remember(struct evidence *e, const struct evidence_burst *b, size_t i)
{
	/* In a burst of very many flows a record may have made room. */
	float *flow = past_find(&e->flows, b->ends[i], b->last);

	set_ratio(e, view(e, b, i, EVIDENCE_SAYS));
	for (unsigned c = 0; flow && c < e->classes; c++)
		flow[c] += e->ratio[c];
	if (i + 1 == b->n)
		remember_burst(e);
}

/* One of z and q is NULL. */
static void weigh(struct evidence *e, const struct evidence_burst *b, float *z, float *q)
{
	if (b->n == 0)
		return;
	evidence_begin(e, b);
	for (size_t i = 0; i < b->n; i++)
		evidence_gather(e, b, i);
	for (size_t i = 0; i < b->n; i++) {
		if (z)
			put_parts(e, b, i, z + i * EVIDENCE_PARTS * e->classes);
		else
			evidence_judge(e, b, i, q);
	}
	for (size_t i = 0; i < b->n; i++)
		evidence_remember(e, b, i);
}

void evidence_parts(struct evidence *e, const struct evidence_burst *b, float *z)
{
	weigh(e, b, z, NULL);
}

void evidence_weigh(struct evidence *e, const struct evidence_burst *b, float *q)
{
	weigh(e, b, NULL, q);
}

void evidence_early(struct evidence *e, const struct evidence_burst *b, float *q)
{
	const float *past = past_find(&e->clients, b->ends[0], b->last);

	begin(e, past);
	for (size_t i = 0; i < b->n; i++)
		add(e, b, i);
	set_belief(e, past);
	evidence_judge(e, b, 0, q);
}

void evidence_sum(const struct evidence_strengths *s, unsigned classes, const float *z,
                  float *q)
{
	memset(q, 0, classes * sizeof(*q));
	for (unsigned k = 0; k < EVIDENCE_PARTS; k++)
		for (unsigned c = 0; c < classes; c++)
			q[c] += s->part[k] * z[k * classes + c];
	normalise(q, classes);
}
