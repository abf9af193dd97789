/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

static struct usage *make_usage(uint32_t pairs)
{
	struct hash_key secret;

	if (getrandom(&secret, sizeof(secret), 0) != sizeof(secret))
		return NULL;
	return usage_new(pairs, &secret);
}

struct control *answer_open(const struct conf *c, struct usage **usage)
{
	const struct door_params p = { .path = c->control.socket,
		                       .mode = conf_control_mode(c),
		                       .group = c->control.group };
	struct control *control;
	struct fault f;

	if (!*p.path)
		return NULL;
	control = control_new(&p, &f);
	if (!control) {
		log_warn("%s; going on without", f.text);
		return NULL;
	}
	*usage = make_usage(c->control.top);
	if (!*usage)
		log_warn("out of memory for top; going on without");
	return control;
}

static int put_status(const struct request *r, const struct answer_view *v, FILE *out)
{
	const struct settings *s = v->settings;
	const struct status_about about = { s->conf.model.path, &s->model,
		                            mono_since(clock_mono(), v->since) };
	struct status status;

	crew_status(v->crew, v->sink, &status);
	if (r->json)
		status_json(&status, v->sink, &about, out);
	else
		status_text(&status, v->sink, &about, out);
	return 0;
}

static int put_top(const struct request *r, const struct answer_view *v, FILE *out)
{
	const struct usage_view view = { &v->sink->labels, r->seconds, r->rows,
		                         clock_mono() };

	if (!v->sink->usage)
		return -ENOMEM;
	return r->json ? usage_json(v->sink->usage, &view, out)
	               : usage_text(v->sink->usage, &view, out);
}

void answer_give(struct control *c, const struct request *r, const struct answer_view *v)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int err = -ENOMEM;

	if (out) {
		err = r->verb == REQUEST_TOP ? put_top(r, v, out) : put_status(r, v, out);
		if (fclose(out) != 0 && !err)
			err = -ENOMEM;
	}
	if (err) {
		free(text);
		text = NULL;
	}
	control_answer(c, true, text, clock_mono());
}

void answer_reload(struct control *c, int err, const struct fault *f)
{
	char *text = NULL;

	if (asprintf(&text, "%s%s%s\n", err ? "" : "reloaded",
	             *f->text && !err ? "; " : "", f->text) < 0)
		text = NULL;
	control_answer(c, !err, text, clock_mono());
}

bool answer_may_reload(uid_t uid, struct fault *f)
{
	if (uid == 0 || uid == geteuid())
		return true;
	fault_set(f, -EPERM,
	          "reload is for root and for the user that nfclassd runs as (%lu), not "
	          "for user %lu",
	          (unsigned long)geteuid(), (unsigned long)uid);
	return false;
}
