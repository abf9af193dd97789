/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "teach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of a forest that is asked for what it has not seen: each row wants some. */
#define LEAST_TREES 50

static const char *const noise_names[] = {
	[TEACH_KEEP] = "keep",
	[TEACH_DROP] = "drop",
	[TEACH_AMBIGUOUS] = "ambiguous",
};

bool teach_noise_parse(const char *name, enum teach_noise *n)
{
	for (enum teach_noise i = TEACH_KEEP; i <= TEACH_AMBIGUOUS; i++) {
		if (strcmp(name, noise_names[i]) == 0) {
			*n = i;
			return true;
		}
	}
	return false;
}

const char *teach_noise_name(enum teach_noise n)
{
	return noise_names[n];
}

struct forest_params teach_unseen(const struct forest_params *p)
{
	struct forest_params by_trace = *p;

	by_trace.by_trace = true;
	if (p->trees >= 2 * LEAST_TREES)
		by_trace.trees = p->trees / 2;
	return by_trace;
}

static const struct dataset_row *row_at(const struct forest_rows *rows, size_t i)
{
	return &rows->d->row[rows->row[i]];
}

/* No tree that knows nothing of the row's trace gives it to its class.  To take all that
 * most of them tell wrongly, as AppScanner does, costs more, by models/README.md. */
static bool is_noise(const struct forest_oob *oob, uint32_t classes, size_t i,
                     uint32_t label)
{
	return oob->trees[i] > 0 && oob->votes[i * classes + label] == 0;
}

static int mark_noise(uint32_t *taught, const struct forest_rows *rows,
                      const struct forest_params *p, uint32_t as, struct fault *f)
{
	struct forest_params by_trace = teach_unseen(p);
	struct forest_oob oob;
	struct forest *fo = forest_train(rows, &by_trace, &oob, f);
	uint32_t classes = rows->d->labels.count;

	for (size_t i = 0; i < rows->count && fo; i++)
		if (is_noise(&oob, classes, i, taught[i]))
			taught[i] = as;
	forest_oob_clear(&oob);
	forest_free(fo);
	return fo ? 0 : -EINVAL;
}

static void leave_out_small(uint32_t *taught, const struct forest_rows *rows,
                            uint32_t packets)
{
	for (size_t i = 0; i < rows->count; i++) {
		const uint64_t *n = row_at(rows, i)->pkts;

		if (n[0] + n[1] < packets)
			taught[i] = FOREST_LEFT_OUT;
	}
}

/* No class goes without a row. */
static int spare_classes(struct taught *t, const struct forest_rows *rows)
{
	size_t *left = calloc((size_t)rows->d->labels.count + 1, sizeof(*left));

	for (size_t i = 0; i < rows->count && left; i++)
		left[row_at(rows, i)->label] += t->is[i] == row_at(rows, i)->label;
	for (size_t i = 0; i < rows->count && left; i++) {
		uint32_t label = row_at(rows, i)->label;

		if (!left[label])
			t->is[i] = label;
		t->others += t->is[i] != label;
	}
	free(left);
	return left ? 0 : -ENOMEM;
}

static int teach(uint32_t *taught, const struct forest_rows *rows,
                 const struct forest_params *p, const struct teach_params *how,
                 struct fault *f)
{
	int err = 0;

	for (size_t i = 0; i < rows->count; i++)
		taught[i] = row_at(rows, i)->label;
	switch (how->noise) {
	case TEACH_KEEP:
		break;
	case TEACH_DROP:
		err = mark_noise(taught, rows, p, FOREST_LEFT_OUT, f);
		break;
	case TEACH_AMBIGUOUS:
		err = mark_noise(taught, rows, p, FOREST_AMBIGUOUS, f);
		break;
	}
	leave_out_small(taught, rows, how->packets);
	return err;
}

int teach_rows(struct taught *t, const struct forest_rows *rows,
               const struct forest_params *p, const struct teach_params *how,
               struct fault *f)
{
	int err;

	*t = (struct taught){ 0 };
	if (how->noise == TEACH_KEEP && how->packets <= 1)
		return 0;
	if (how->packets > 1 && !rows->d->has_ends)
		return fault_set(f, -EINVAL,
		                 "the data does not say how many packets burst-flows "
		                 "have");
	t->is = calloc(rows->count + 1, sizeof(*t->is));
	if (!t->is)
		return fault_set(f, -ENOMEM, "out of memory");
	err = teach(t->is, rows, p, how, f);
	if (!err && spare_classes(t, rows) < 0)
		err = fault_set(f, -ENOMEM, "out of memory");
	return err;
}
