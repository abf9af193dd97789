/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "log.h"
#include "progress.h"
#include "trace.h"
#include "walk.h"

static bool is_csv(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && strcmp(dot, ".csv") == 0;
}

/* The first data settles the columns. */
static int settle_features(struct dataset *d, enum feature_set set, struct fault *f)
{
	enum feature_set has;

	if (d->features.count > 0) {
		if (load_set_of(d, &has) && has == set)
			return 0;
		return fault_set(f, -EINVAL,
		                 "the data before has other columns than feature set %s",
		                 feature_set_name(set));
	}
	for (unsigned i = 0; i < feature_count(set); i++)
		if (names_add(&d->features, feature_name(set, i)) == NAMES_NONE)
			return fault_no_memory(f);
	d->has_ends = true;
	return 0;
}

int load_burst_flow(struct dataset *d, struct dataset_row *row,
                    const struct burst_flow *bf, enum feature_set set)
{
	float x[FEATURE_MAX];

	row->ends = bf->ends;
	row->first = bf->first;
	row->last = bf->last;
	for (int way = BURST_SENT; way <= BURST_RCVD; way++) {
		row->pkts[way] = bf->pkts[way];
		row->bytes[way] = bf->bytes[way];
	}
	feature_vector(set, bf, x);
	return dataset_add(d, row, x);
}

static int add_burst(struct dataset *d, struct dataset_row *row, const struct burst *b,
                     enum feature_set set)
{
	row->burst = b->number;
	burst_each_flow (b, bf) {
		int err = load_burst_flow(d, row, bf, set);

		if (err)
			return err;
	}
	return 0;
}

/* Number a trace that is new under its short name or else under its long one. */
static int new_trace(struct dataset *d, const char *name, const char *path,
                     uint32_t *number, struct fault *f)
{
	uint32_t before = d->traces.count;

	*number = names_add(&d->traces, name);
	if (*number == before)
		return 0;
	if (*number != NAMES_NONE)
		*number = names_add(&d->traces, path);
	if (*number == NAMES_NONE)
		return fault_no_memory(f);
	return *number == before ? 0 : fault_set(f, -EEXIST, "%s: given twice", path);
}

static int number_label(struct dataset *d, const char *label, uint32_t *number,
                        struct fault *f)
{
	if (strlen(label) >= DATASET_LABEL_SIZE)
		return fault_set(f, -EINVAL, "label '%.64s...' is longer than %d bytes",
		                 label, DATASET_LABEL_SIZE - 1);
	*number = names_add(&d->labels, label);
	return *number == NAMES_NONE ? fault_no_memory(f) : 0;
}

static int load_bursts(struct dataset *d, struct trace *t, struct dataset_row *row,
                       enum feature_set set, struct fault *f)
{
	const struct burst *b;
	int got;

	while ((got = trace_next(t, &b, f)) > 0)
		if (add_burst(d, row, b, set) < 0)
			return fault_no_memory(f);
	return got;
}

/* A capture without a burst-flow leaves no trace in d: nothing could be said of it. */
static int load_capture(struct dataset *d, const char *file, const char *name,
                        const struct load *l, struct fault *f)
{
	struct dataset_row row = { 0 };
	char label[WALK_LABEL_SIZE];
	int err = trace_open(l->trace, file, f);

	if (err)
		return err;
	walk_label(file, label);
	err = number_label(d, label, &row.label, f);
	if (err)
		fault_prefix(f, err, file);
	else
		err = new_trace(d, name, file, &row.trace, f);
	if (!err && l->captures && names_add(l->captures, file) == NAMES_NONE)
		err = fault_no_memory(f);
	return err ? err : load_bursts(d, l->trace, &row, l->set, f);
}

/* "LABEL/TRACE" for a file that was named itself, else what follows the folders above the
 * one that was named. */
static void trace_name(const char *path, const char *file, char *name, size_t size)
{
	char last[WALK_LABEL_SIZE], label[WALK_LABEL_SIZE];
	size_t len = strlen(path);

	walk_last(path, last);
	walk_label(file, label);
	while (len > 0 && path[len - 1] == '/')
		len--;
	if (strcmp(path, file) == 0 || strlen(last) > len)
		(void)snprintf(name, size, "%s/%s", label, last);
	else
		(void)snprintf(name, size, "%s", file + len - strlen(last));
}

static void fail_one(struct load *l, const struct fault *f)
{
	log_error("%s", f->text);
	l->failed++;
}

static int load_captures(struct dataset *d, const char *path, struct load *l,
                         struct fault *f)
{
	uint32_t first = l->files.count;
	struct progress progress;
	int err = walk_add(&l->files, path, f);

	if (err)
		fail_one(l, f);
	l->trace = trace_new(l->burst);
	if (!l->trace)
		return fault_no_memory(f);
	progress_begin(&progress, "reading traces");
	for (uint32_t i = first; i < l->files.count && err != -ENOMEM; i++) {
		const char *file = l->files.name[i];
		char name[2 * WALK_LABEL_SIZE + 4096];

		progress_at(&progress, i - first, l->files.count - first);
		trace_name(path, file, name, sizeof(name));
		err = load_capture(d, file, name, l, f);
		if (!err || err == -ENOMEM)
			continue;
		progress_clear(&progress);
		if (err == -ENODATA)
			log_warn("%s", f->text); /* its whole packets are in d */
		else
			fail_one(l, f);
	}
	progress_clear(&progress);
	trace_free(l->trace);
	return err == -ENOMEM ? err : 0;
}

static bool same_names(const struct names *a, const struct names *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (strcmp(a->name[i], b->name[i]) != 0)
			return false;
	return true;
}

static int copy_names(struct names *to, const struct names *from, struct fault *f)
{
	for (uint32_t i = 0; i < from->count; i++)
		if (names_add(to, from->name[i]) == NAMES_NONE)
			return fault_no_memory(f);
	return 0;
}

/* Traces keep their names apart from those of the data before, as captures do. */
static int number_traces(struct dataset *d, const struct dataset *more, const char *path,
                         uint32_t *number, struct fault *f)
{
	int err = 0;

	for (uint32_t i = 0; i < more->traces.count && !err; i++) {
		char *longer;

		if (asprintf(&longer, "%s:%s", path, more->traces.name[i]) < 0)
			return fault_no_memory(f);
		err = new_trace(d, more->traces.name[i], longer, &number[i], f);
		free(longer);
	}
	return err;
}

static int append(struct dataset *d, const struct dataset *more, const char *path,
                  struct fault *f)
{
	uint32_t *trace = calloc(more->traces.count + 1, sizeof(*trace));
	int err = trace ? number_traces(d, more, path, trace, f) : fault_no_memory(f);

	for (size_t i = 0; i < more->rows && !err; i++) {
		struct dataset_row row = more->row[i];

		row.trace = trace[row.trace];
		row.label = names_add(&d->labels, more->labels.name[row.label]);
		if (row.label == NAMES_NONE ||
		    dataset_add(d, &row, more->x + i * more->features.count) < 0)
			err = fault_no_memory(f);
	}
	free(trace);
	return err;
}

static int check_features(struct dataset *d, const struct dataset *more,
                          const struct load *l, const char *path, struct fault *f)
{
	enum feature_set has;

	if (l->set_is_wanted && (!load_set_of(more, &has) || has != l->set))
		return fault_set(f, -EINVAL, "%s: its columns are not feature set %s",
		                 path, feature_set_name(l->set));
	d->torn = d->torn || more->torn;
	if (d->features.count == 0) {
		d->has_ends = more->has_ends;
		return copy_names(&d->features, &more->features, f);
	}
	d->has_ends = d->has_ends && more->has_ends;
	if (!same_names(&d->features, &more->features))
		return fault_set(f, -EINVAL,
		                 "%s: its columns are not those of the data before",
		                 path);
	return 0;
}

static int load_text(struct dataset *d, const char *path, const struct load *l,
                     struct dataset *more, struct fault *f)
{
	uint8_t *text;
	size_t len;
	int err = file_read(path, &text, &len, f);

	if (err)
		return err;
	err = dataset_parse_csv(more, (const char *)text, len, f);
	free(text);
	if (err)
		return fault_prefix(f, err, path);
	err = check_features(d, more, l, path, f);
	return err ? err : append(d, more, path, f);
}

static int load_csv(struct dataset *d, const char *path, struct load *l, struct fault *f)
{
	struct dataset more;
	int err;

	if (names_find(&l->files, path) != NAMES_NONE)
		return 0;
	if (names_add(&l->files, path) == NAMES_NONE)
		return fault_no_memory(f);
	dataset_init(&more);
	err = load_text(d, path, l, &more, f);
	dataset_clear(&more);
	return err;
}

int load_path(struct dataset *d, const char *path, struct load *l, struct fault *f)
{
	int err;

	if (is_csv(path)) {
		err = load_csv(d, path, l, f);
	} else {
		err = settle_features(d, l->set, f);
		if (!err)
			return load_captures(d, path, l, f);
	}
	if (err == 0 || err == -ENOMEM)
		return err;
	fail_one(l, f);
	return 0;
}

bool load_set_of(const struct dataset *d, enum feature_set *set)
{
	for (unsigned s = 0; s < FEATURE_SETS; s++) {
		unsigned n = feature_count((enum feature_set)s), i = 0;

		if (n != d->features.count)
			continue;
		while (i < n && strcmp(feature_name((enum feature_set)s, i),
		                       d->features.name[i]) == 0)
			i++;
		if (i == n) {
			*set = (enum feature_set)s;
			return true;
		}
	}
	return false;
}
