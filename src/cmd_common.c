/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "load.h"
#include "log.h"
#include "walk.h"

__attribute__((format(printf, 1, 0))) static void say(const char *fmt, va_list ap)
{
	char text[512];

	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut text still explains */
	log_error("%s", text);
}

int cmd_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return CMD_USAGE;
}

int cmd_failed(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return CMD_FAILED;
}

bool cmd_out_ok(void)
{
	return !ferror(stdout);
}

int cmd_captures(const struct options *o, struct names *files)
{
	int code = CMD_DONE;
	struct fault f;

	for (int i = 0; i < o->count; i++) {
		if (walk_add(files, o->paths[i], &f) == 0)
			continue;
		log_error("%s", f.text);
		code = CMD_FAILED;
	}
	return code;
}

int cmd_broken(int err, const struct fault *f)
{
	if (err == -ENODATA) {
		log_warn("%s", f->text);
		return CMD_DONE;
	}
	log_error("%s", f->text);
	return CMD_FAILED;
}

int cmd_load_model(struct model *m, const char *path, struct fault *f)
{
	uint8_t *data;
	size_t len;
	int err = file_read(path, &data, &len, f);

	if (err)
		return err;
	err = model_parse(m, data, len, f);
	free(data);
	return err ? fault_prefix(f, err, path) : 0;
}

int cmd_load(const struct options *o, char **paths, int count, struct dataset *d)
{
	struct load l = { &o->burst, o->set, o->given & GIVEN_FEATURES, { 0 }, 0 };
	struct fault f;
	int err = 0;

	for (int i = 0; i < count && !err; i++)
		err = load_path(d, paths[i], &l, &f);
	names_clear(&l.files);
	if (err)
		return cmd_failed("%s", f.text);
	if (dataset_sort_labels(d) < 0)
		return cmd_failed("out of memory");
	return l.failed ? CMD_FAILED : CMD_DONE;
}

static void show_trees(void *progress, unsigned done, unsigned all)
{
	progress_at(progress, done, all);
}

struct train_params cmd_train_params(const struct options *o, struct progress *progress)
{
	struct train_params p = {
		.forest = o->forest,
		.precision = o->precision,
		.set = o->set,
		.gap = o->burst.gap,
		.max = o->burst.max,
		.mtu_bytes = o->burst.mtu_bytes,
		.min_packets = o->min_packets,
	};

	progress_begin(progress, "tree");
	p.forest.progress = show_trees;
	p.forest.progress_arg = progress;
	return p;
}
