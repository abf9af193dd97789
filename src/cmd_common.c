/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "log.h"
#include "walk.h"

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
