/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
