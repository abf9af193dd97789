/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "early.h"

/* Where the labels change the most: at first. */
static const uint32_t packets[EARLY_POINTS] = { 1, 2, 3, 5, 8, 12, 20, 30, 50, 100, 0 };

bool early_init(struct early *e, uint32_t classes)
{
	bool ok = true;

	*e = (struct early){ 0 };
	for (unsigned i = 0; i < EARLY_POINTS; i++) {
		struct early_point *p = &e->point[i];

		p->packets = packets[i];
		ok = judge_init(&p->all, classes) && judge_init(&p->reached, classes) &&
		     judge_init(&p->later, classes) && ok;
	}
	return ok;
}

void early_clear(struct early *e)
{
	for (unsigned i = 0; i < EARLY_POINTS; i++) {
		judge_clear(&e->point[i].all);
		judge_clear(&e->point[i].reached);
		judge_clear(&e->point[i].later);
	}
	*e = (struct early){ 0 };
}

struct early_scores early_scores(const struct early_point *p)
{
	double all[JUDGE_SCORES], reached[JUDGE_SCORES], later[JUDGE_SCORES];
	uint64_t n = judge_count(&p->all);

	judge_scores(&p->all, all);
	judge_scores(&p->reached, reached);
	judge_scores(&p->later, later);
	return (struct early_scores){
		.f1 = all[JUDGE_F1],
		.accuracy = all[JUDGE_FLOW_ACCURACY],
		.coverage = all[JUDGE_COVERAGE],
		.named_accuracy = all[JUDGE_NAMED_ACCURACY],
		.reached = n ? (double)judge_count(&p->reached) / (double)n : 0,
		.reached_accuracy = reached[JUDGE_FLOW_ACCURACY],
		.reached_coverage = reached[JUDGE_COVERAGE],
		.reached_named_accuracy = reached[JUDGE_NAMED_ACCURACY],
		.later_accuracy = later[JUDGE_FLOW_ACCURACY],
	};
}
