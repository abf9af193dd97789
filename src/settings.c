/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "log.h"
#include "model_load.h"

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

static bool is_class(const struct model *m, const char *name)
{
	for (uint32_t i = 0; i < m->classes.count; i++)
		if (strcasecmp(m->classes.name[i], name) == 0)
			return true;
	return false;
}

static void warn_of_app(const struct settings *s, const char *section, const char *name)
{
	if (!is_class(&s->model, name))
		log_warn("[%s] %s: the model knows no such app", section, name);
}

void settings_warn(const struct settings *s)
{
	const struct plan *p = &s->conf.plan;

	if (!p->enabled && (p->shapes > 0 || p->rules > 0))
		log_warn("[shape] and [policy] do nothing while [mark] enabled = no");
	for (unsigned i = 0; i < p->apps; i++)
		warn_of_app(s, "mark", p->app[i].name);
	for (unsigned i = 0; i < p->shapes; i++)
		if (!p->shape[i].by_rule && p->shape[i].value > PLAN_UNKNOWN &&
		    p->shape[i].value != p->other)
			warn_of_app(s, "shape", p->shape[i].shape.name);
	for (unsigned i = 0; i < p->rules; i++)
		if (p->rule[i].rule.apps == RULE_APP)
			warn_of_app(s, "policy", p->rule[i].rule.app);
}
