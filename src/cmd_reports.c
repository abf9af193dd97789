/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include <errno.h>
#include <stdlib.h>

#include "file.h"

static int write_report(const char *path, void (*put)(const struct report *r, FILE *out),
                        const struct report *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = path ? open_memstream(&text, &len) : NULL;
	struct fault f;
	int err;

	if (!path)
		return CMD_DONE;
	if (out)
		put(r, out);
	err = !out || ferror(out) ? -ENOMEM : 0;
	if (out && fclose(out) != 0)
		err = -ENOMEM;
	err = err ? fault_set(&f, -ENOMEM, "out of memory")
	          : file_write(path, text, len, &f);
	free(text);
	return err ? cmd_failed("%s", f.text) : CMD_DONE;
}

int cmd_reports(const struct options *o, const struct report *r)
{
	int json, html;

	report_text(r, stdout);
	json = write_report(o->json, report_json, r);
	html = write_report(o->report, report_html, r);
	return json == CMD_DONE ? html : json;
}
