/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "ini.h"
#include "line.h"
#include "log.h"
#include "model_load.h"
#include "policy.h"

static int check_ms(const char *conf, const char *key, uint32_t ms, struct mono model,
                    struct fault *f)
{
	if (ms == CONF_MODEL || mono_ms(ms).us == model.us)
		return 0;
	return fault_set(f, -EINVAL,
	                 "%s: [burst] %s = %u contradicts the model, which was trained "
	                 "with %.10g",
	                 conf, key, ms, (double)model.us / 1000);
}

struct settings *settings_load(const char *path, struct fault *f)
{
	struct settings *s = calloc(1, sizeof(*s));

	if (!s) {
		fault_set(f, -ENOMEM, "out of memory");
		return NULL;
	}
	model_init(&s->model);
	if (conf_load(&s->conf, path, f) == 0 &&
	    model_load(&s->model, s->conf.model.path, f) == 0 &&
	    check_ms(path, "gap_ms", s->conf.burst.gap_ms, s->model.gap, f) == 0 &&
	    check_ms(path, "max_ms", s->conf.burst.max_ms, s->model.max, f) == 0)
		return s;
	settings_free(s);
	return NULL;
}

void settings_free(struct settings *s)
{
	if (!s)
		return;
	model_clear(&s->model);
	free(s);
}

/* Who warns, and of what. */
struct warner {
	const struct settings *s; /* NULL: without a model */
	const struct plan *p;
	struct ini ini; /* only to tell lines: without it warnings lack them */
};

static void warn(const struct warner *w, enum plan_section section, const char *key,
                 const char *what)
{
	const char *name = plan_section_name(section);
	struct fault f;

	(void)fault_set(&f, 0, "[%s] %s: %s", name, key, what);
	(void)ini_fault(&w->ini, ini_line(&w->ini, name, key), 0, &f);
	log_warn("%s", f.text);
}

/* -1 when there is none. */
static int find_class(const struct model *m, const char *name)
{
	for (uint32_t i = 0; i < m->classes.count; i++)
		if (strcasecmp(m->classes.name[i], name) == 0)
			return (int)i;
	return -1;
}

/* The class that an app's name was likely meant to be, or NULL. */
static const char *near_class(const struct model *m, const char *name)
{
	unsigned least = (unsigned)(strlen(name) + 2) / 3 + 1;
	const char *near = NULL;

	for (uint32_t i = 0; i < m->classes.count; i++) {
		const char *class = m->classes.name[i];
		unsigned far = words_distance(class, name);

		if (strncasecmp(class, name, strlen(class)) == 0 && least > 1)
			far = 1; /* with a word too many, like "Youtube Music" */
		if (far < least) {
			least = far;
			near = class;
		}
	}
	return near;
}

#define CLASSES_LISTED 8

static void list_classes(const struct model *m, char *buf, size_t size)
{
	uint32_t count = m->classes.count;
	struct line l = line_in(buf, size);

	line_put(&l, "the model knows no such app, but");
	for (uint32_t i = 0; i < count && i < CLASSES_LISTED; i++)
		line_put(&l, "%s %s", i ? "," : "", m->classes.name[i]);
	if (count > CLASSES_LISTED)
		line_put(&l, " and %u more", count - CLASSES_LISTED);
}

static bool is_never_named(const struct settings *s, int class)
{
	const struct model *m = &s->model;
	const float *threshold = s->conf.label.alone ? m->threshold_alone : m->threshold;

	return s->conf.label.unknown && threshold[class] > 1;
}

static void warn_of_app(const struct warner *w, enum plan_section section,
                        const char *key, const char *app)
{
	const struct model *m = &w->s->model;
	int class = find_class(m, app);
	const char *near = class < 0 ? near_class(m, app) : NULL;
	char what[400];

	if (class >= 0 && !is_never_named(w->s, class))
		return;
	if (class >= 0)
		(void)snprintf(what, sizeof(what),
		               "the model is never sure enough to name this app");
	else if (near)
		(void)snprintf(what, sizeof(what),
		               "the model knows no such app; is %s meant?", near);
	else
		list_classes(m, what, sizeof(what));
	warn(w, section, key, what);
}

static void warn_of_apps(const struct warner *w)
{
	const struct plan *p = w->p;

	for (unsigned i = 0; i < p->apps; i++)
		warn_of_app(w, PLAN_MARK, p->app[i].name, p->app[i].name);
	for (unsigned i = 0; i < p->shapes; i++)
		if (!p->shape[i].by_rule && p->shape[i].value > PLAN_UNKNOWN &&
		    p->shape[i].value != p->other)
			warn_of_app(w, PLAN_SHAPE, p->shape[i].shape.name,
			            p->shape[i].shape.name);
	for (unsigned i = 0; i < p->rules; i++)
		if (p->rule[i].rule.apps == RULE_APP)
			warn_of_app(w, PLAN_POLICY, p->rule[i].rule.name,
			            p->rule[i].rule.app);
}

static void warn_of_shadows(const struct warner *w)
{
	const struct plan *p = w->p;
	char what[WORDS_SIZE + 80];
	unsigned by;

	for (unsigned i = 0; i < p->rules; i++) {
		if (!policy_is_shadowed(p, i, &by))
			continue;
		(void)snprintf(what, sizeof(what), "never decides: %s%s before it fit%s",
		               by < i ? "rule " : "the rules",
		               by < i ? p->rule[by].rule.name : "",
		               by < i ? "s wherever it does" : " wherever it does");
		warn(w, PLAN_POLICY, p->rule[i].rule.name, what);
	}
}

static void warn_of_plan(const struct warner *w, const struct conf *c)
{
	bool idle = !c->plan.enabled;

	if (idle && (c->plan.shapes > 0 || c->plan.rules > 0))
		log_warn("[shape] and [policy] do nothing while [mark] enabled = no");
	if (idle && c->queue.skip_labelled > 0)
		log_warn("[queue] skip_labelled does nothing while [mark] enabled = no");
	warn_of_shadows(w);
}

void settings_warn_control(const struct conf *c)
{
	const char *group = c->control.group;
	size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (!*c->control.socket)
		return;
	if (strlen(c->control.socket) > most)
		log_warn("[control] socket: %s has more than %zu bytes, so that there "
		         "is none",
		         c->control.socket, most);
	if (group[strspn(group, "0123456789")] && !getgrnam(group))
		log_warn("[control] group: there is no %s, so that there is no socket",
		         group);
}

void settings_warn_conf(const struct conf *c, const char *path)
{
	struct warner w = { .p = &c->plan };

	(void)ini_load(&w.ini, path, NULL);
	warn_of_plan(&w, c);
	ini_clear(&w.ini);
}

void settings_warn(const struct settings *s, const char *path)
{
	struct warner w = { .s = s, .p = &s->conf.plan };

	(void)ini_load(&w.ini, path, NULL);
	warn_of_plan(&w, &s->conf);
	warn_of_apps(&w);
	ini_clear(&w.ini);
}
