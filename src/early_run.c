/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "early_run.h"

#include <errno.h>
#include <stdlib.h>

#include "trace.h"

/* One capture at one point. */
struct run {
	struct early_point *point;
	struct labeller *labeller;
	uint32_t truth;
	/* Provisional labels of open bursts' flows, by due_number. */
	struct label *label;
	uint64_t labels;
};

static struct judge_case case_of(const struct run *r, const struct label *l)
{
	return (struct judge_case){ .truth = r->truth,
		                    .best = l->best,
		                    .confidence = l->confidence,
		                    .named = l->reason == LABEL_KNOWN };
}

static int keep(struct run *r, const struct burst_flow *bf)
{
	uint64_t n = bf->due_number;

	if (r->labels <= n) {
		uint64_t room = 2 * n + 64;
		struct label *more = reallocarray(r->label, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		r->label = more;
		r->labels = room;
	}
	r->label[n] = labeller_early(r->labeller, bf);
	return 0;
}

static void judge_burst(struct run *r, const struct burst *b)
{
	const struct label *l = labeller_burst(r->labeller, b);

	burst_each_flow (b, bf) {
		struct judge_case final = case_of(r, l++), early = final;

		if (bf->due_number > 0) {
			early = case_of(r, &r->label[bf->due_number]);
			judge_one(&r->point->reached, &early);
			judge_one(&r->point->later, &final);
		}
		judge_one(&r->point->all, &early);
	}
}

static int run_events(struct run *r, struct trace *t, struct fault *f)
{
	struct trace_event e;
	int got, err = 0;

	while (!err && (got = trace_event(t, &e, f)) > 0) {
		if (e.due)
			err = keep(r, e.due);
		else
			judge_burst(r, e.ended);
	}
	if (err)
		return fault_set(f, err, "out of memory");
	return got == -ENODATA || got == -EIO ? 0 : got;
}

static int run_point(struct run *r, const struct early_run *e, const char *path,
                     struct fault *f)
{
	struct burst_params burst = *e->burst;
	struct trace *t;
	int err;

	burst.early = (struct due_params){ .packets = r->point->packets };
	t = trace_new(&burst);
	r->labeller = labeller_new(&(struct labeller_params){
		.model = e->model,
		.max_burst_flows = burst.max_burst_flows,
		.alone = e->alone,
	});
	err = t && r->labeller ? trace_open(t, path, f) : fault_no_memory(f);
	if (!err)
		err = run_events(r, t, f);
	labeller_free(r->labeller);
	trace_free(t);
	free(r->label);
	return err;
}

int early_run(struct early *e, const struct early_run *r, const char *path,
              uint32_t truth, struct fault *f)
{
	int err = 0;

	for (unsigned i = 0; i < EARLY_POINTS && !err; i++) {
		struct run run = { .point = &e->point[i], .truth = truth };

		err = run_point(&run, r, path, f);
	}
	return err;
}
