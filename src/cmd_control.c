/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status, top and reload: the daemon writes what they print. */
#include "cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf.h"
#include "door.h"
#include "log.h"
#include "request.h"

#define CONF    NFCLASS_SYSCONFDIR "/nfclass/nfclass.ini"

/* Cursor to the upper left corner, and nothing below; ECMA-48. */
#define TO_HOME "\033[H\033[J"

/* Without a file there are its defaults, unless it was asked for. */
static int find_socket(const struct options *o, char path[static SETTING_TEXT_SIZE],
                       struct fault *f)
{
	const char *conf = o->conf ? o->conf : CONF;
	int err = 0;

	if (o->socket) {
		if (strlen(o->socket) >= SETTING_TEXT_SIZE)
			return fault_set(f, -ENAMETOOLONG, "--socket: too long");
		strcpy(path, o->socket);
		return 0;
	}
	if (!o->conf && access(conf, F_OK) < 0) {
		struct conf defaults;

		conf_defaults(&defaults);
		strcpy(path, defaults.control.socket);
	} else {
		err = conf_find_socket(conf, path, f);
	}
	if (!err && !*path)
		err = fault_set(f, -ENOENT, "%s: [control] socket is empty", conf);
	return err;
}

/* A line without its end; what stands there when the other side ends it is none. */
static bool read_line(FILE *in, char line[static REQUEST_SIZE])
{
	char *end;

	if (!fgets(line, REQUEST_SIZE, in))
		return false;
	end = strchr(line, '\n');
	if (end)
		*end = 0;
	return end;
}

/* The answer's text, which is the caller's; NULL with *f filled. */
static char *read_answer(FILE *in, bool *ok, struct fault *f)
{
	char line[REQUEST_SIZE], *text;
	struct reply reply;

	errno = 0;
	if (!read_line(in, line)) {
		fault_set(f, -EIO, "no answer: %s",
		          errno == EAGAIN ? "nfclassd is too busy"
		                          : "nfclassd has ended or has too many others");
		return NULL;
	}
	if (!reply_parse(line, &reply)) {
		fault_set(f, -EPROTO, "what answers is not nfclassd");
		return NULL;
	}
	text = calloc(1, (size_t)reply.len + 1);
	if (!text) {
		fault_no_memory(f);
		return NULL;
	}
	if (reply.len == 0) {
		fault_set(f, -ENOMEM, "no answer: nfclassd is out of memory");
	} else if (fread(text, 1, reply.len, in) == reply.len) {
		*ok = reply.ok;
		return text;
	}
	if (reply.len > 0)
		fault_set(f, -EIO, "the answer ends too early");
	free(text);
	return NULL;
}

static char *ask(const char *path, const struct request *r, bool *ok, struct fault *f)
{
	int fd = door_connect(path, f);
	char line[REQUEST_SIZE], *text = NULL;
	FILE *in;

	if (fd < 0)
		return NULL;
	in = fdopen(fd, "r");
	if (!in) {
		(void)close(fd); /* nothing was written */
		fault_no_memory(f);
		return NULL;
	}
	request_line(r, line);
	/* Who does not take it may still have said why. */
	(void)!send(fd, line, strlen(line), MSG_NOSIGNAL);
	text = read_answer(in, ok, f);
	(void)fclose(in); /* only read from */
	return text;
}

/* What was asked for goes to standard output, why not to standard error. */
static int ask_and_print(const struct options *o, const struct request *r,
                         const char *before)
{
	char path[SETTING_TEXT_SIZE], *text;
	struct fault f;
	bool ok;

	if (find_socket(o, path, &f) < 0)
		return cmd_failed("%s", f.text);
	text = ask(path, r, &ok, &f);
	if (!text)
		return cmd_failed("%s (is nfclassd running?)", f.text);
	if (ok)
		printf("%s%s", before, text);
	else
		log_error("%.*s", (int)strcspn(text, "\n"), text);
	free(text);
	return ok ? CMD_DONE : CMD_FAILED;
}

static int no_arguments(const struct options *o, const char *name)
{
	if (o->count == 0)
		return CMD_DONE;
	return cmd_usage("%s: '%s' is too much", name, o->paths[0]);
}

int cmd_status(const struct options *o)
{
	const struct request r = { .verb = REQUEST_STATUS, .json = o->as_json };
	int code = no_arguments(o, "status");

	return code == CMD_DONE ? ask_and_print(o, &r, "") : code;
}

int cmd_top(const struct options *o)
{
	const struct request r = { .verb = REQUEST_TOP,
		                   .json = o->as_json,
		                   .rows = o->rows,
		                   .seconds = o->interval_s };
	bool again = !o->once && !o->as_json && isatty(STDOUT_FILENO);
	int code = no_arguments(o, "top");

	if (code != CMD_DONE || !again)
		return code != CMD_DONE ? code : ask_and_print(o, &r, "");
	while ((code = ask_and_print(o, &r, TO_HOME)) == CMD_DONE && fflush(stdout) == 0)
		(void)sleep(o->interval_s);
	return code;
}

int cmd_reload(const struct options *o)
{
	const struct request r = { .verb = REQUEST_RELOAD };
	int code = no_arguments(o, "reload");

	return code == CMD_DONE ? ask_and_print(o, &r, "") : code;
}
