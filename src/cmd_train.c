/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "file.h"
#include "leaks.h"
#include "line.h"
#include "load.h"
#include "trial.h"
#include "walk.h"

__attribute__((format(printf, 2, 3))) static int note(struct names *n, const char *fmt,
                                                      ...)
{
	char *text;
	va_list ap;
	int err = 0;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (!text || names_add(n, text) == NAMES_NONE)
		err = -ENOMEM;
	free(text);
	return err;
}

/* The last parts of the paths, as in cs4516-a+cs4516-b. */
static void set_name(const struct options *o, char *name, size_t size)
{
	struct line l = line_in(name, size);
	char last[WALK_LABEL_SIZE];

	for (int i = 0; i < o->count; i++) {
		walk_last(o->paths[i], last);
		line_put(&l, "%s%s", i ? "+" : "", last);
	}
}

/* The day of the newest packet, in UTC: a date that training again does not change. */
static void data_date(const struct options *o, const struct dataset *d, char date[32])
{
	struct mono newest = { 0 };
	struct tm tm;
	time_t t;

	(void)snprintf(date, 32, "%s", o->date ? o->date : "unknown");
	if (o->date || !d->has_ends)
		return;
	for (size_t i = 0; i < d->rows; i++)
		newest = mono_max(newest, d->row[i].last);
	t = (time_t)(newest.us / MONO_SECOND);
	if (gmtime_r(&t, &tm))
		(void)strftime(date, 32, "%Y-%m-%d", &tm);
}

static int note_provenance(struct names *n, const struct options *o,
                           const struct dataset *d, const struct train_seen *seen)
{
	char set[512], date[32];
	int err;

	set_name(o, set, sizeof(set));
	data_date(o, d, date);
	err = note(n, "set=%s", set) || note(n, "rows=%zu", d->rows) ||
	      note(n, "traces=%u", d->traces.count) ||
	      note(n, "digest=%016" PRIx64, dataset_digest(d)) ||
	      note(n, "date=%s", date) || note(n, "seed=%" PRIu64, o->forest.seed) ||
	      note(n, "oob_accuracy=%.4f", seen->oob_accuracy);
	if (!err && o->teach.noise != TEACH_KEEP)
		err = note(n, "noise=%s", teach_noise_name(o->teach.noise));
	if (!err && seen->not_learned)
		err = note(n, "not_learned=%zu", seen->not_learned);
	for (uint32_t i = 0; i < o->notes.count && !err; i++)
		err = note(n, "%s", o->notes.name[i]);
	if (!err)
		err = leaks_note(n, d);
	return err ? -ENOMEM : 0;
}

static int write_model(const struct model *m, const char *path, struct fault *f)
{
	uint8_t *data;
	size_t len;
	int err = model_pack(m, &data, &len);

	if (err)
		return fault_set(f, err, "%s: %s", path, strerror(-err));
	err = file_write(path, data, len, f);
	free(data);
	return err;
}

static void say_what(const struct options *o, const struct dataset *d,
                     const struct model *m, const struct train_seen *seen)
{
	const char *before = "; never named at this precision: ";

	printf("%s: %zu burst-flows, %u traces, %u classes, out-of-bag accuracy %.4f",
	       o->output, d->rows, d->traces.count, m->classes.count, seen->oob_accuracy);
	if (seen->not_learned)
		printf("; %zu not learned as what they say", seen->not_learned);
	for (uint32_t c = 0; c < m->classes.count; c++) {
		if (m->threshold[c] <= 1)
			continue;
		printf("%s%s", before, m->classes.name[c]);
		before = ", ";
	}
	putchar('\n');
}

/* All rows, in their order. */
static uint32_t *every_row(const struct dataset *d)
{
	uint32_t *rows = calloc(d->rows, sizeof(*rows));

	for (uint32_t i = 0; rows && i < d->rows; i++)
		rows[i] = i;
	return rows;
}

/* What was read, and from where. */
struct input {
	struct dataset d;
	uint32_t *upto; /* by path: traces up to and with it */
};

static int learn(const struct options *o, const struct input *in, struct model *m,
                 struct train_seen *seen, struct fault *f)
{
	const struct dataset *d = &in->d;
	struct progress progress;
	enum feature_set set;
	struct train_params p;
	uint32_t *rows;
	int err = 0;

	if (!load_set_of(d, &set))
		return fault_set(f, -EINVAL,
		                 "the data's columns are those of no feature set");
	rows = every_row(d);
	if (!rows)
		return fault_set(f, -ENOMEM, "out of memory");
	p = cmd_train_params(o, set, &progress);
	if (o->search)
		err = cmd_train_search(o, d, in->upto, &p, f);
	if (!err)
		err = train_model(m, &(struct forest_rows){ d, rows, d->rows }, &p, seen,
		                  f);
	progress_clear(&progress);
	free(rows);
	return err;
}

static int train(const struct options *o, const struct input *in, struct model *m,
                 struct fault *f)
{
	struct train_seen seen;
	int err = learn(o, in, m, &seen, f);

	if (err)
		return err;
	if (note_provenance(&m->provenance, o, &in->d, &seen) < 0)
		return fault_set(f, -ENOMEM, "out of memory");
	err = write_model(m, o->output, f);
	if (!err)
		say_what(o, &in->d, m, &seen);
	return err;
}

int cmd_train(const struct options *o)
{
	struct input in;
	struct model m;
	struct fault f;
	int code;

	if (!o->output)
		return cmd_usage("train: no place for the model given (-o MODEL)");
	if (o->count == 0)
		return cmd_usage("train: no DIR or CSV given");
	if (o->search && o->count > TRIAL_SOURCES_MAX)
		return cmd_usage("train: --search of more than %d paths",
		                 TRIAL_SOURCES_MAX);
	dataset_init(&in.d);
	model_init(&m);
	in.upto = calloc((size_t)o->count, sizeof(*in.upto));
	code = in.upto ? cmd_load(o, &in.d, NULL, in.upto) : cmd_failed("out of memory");
	if (in.d.rows == 0 && code == CMD_DONE)
		code = cmd_failed("nothing to learn from: no burst-flow in the data");
	else if (in.d.rows > 0 && train(o, &in, &m, &f) < 0)
		code = cmd_failed("%s", f.text);
	model_clear(&m);
	dataset_clear(&in.d);
	free(in.upto);
	return code;
}
