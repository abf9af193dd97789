/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan's lines in a file. */
#include "plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const section_names[] = {
	[PLAN_MARK] = "mark",
	[PLAN_DEVICES] = "devices",
	[PLAN_SHAPE] = "shape",
	[PLAN_POLICY] = "policy",
};

const char *plan_section_name(enum plan_section section)
{
	return section_names[section];
}

bool plan_section_find(const char *name, enum plan_section *section)
{
	for (unsigned i = 0; i < PLAN_SECTIONS; i++) {
		if (strcasecmp(section_names[i], name) == 0) {
			*section = (enum plan_section)i;
			return true;
		}
	}
	return false;
}

static struct plan_shape *find_shape(struct plan *p, const char *name)
{
	for (unsigned i = 0; i < p->shapes; i++)
		if (strcasecmp(p->shape[i].shape.name, name) == 0)
			return &p->shape[i];
	return NULL;
}

static const struct device *find_device(const struct plan *p, const char *name)
{
	for (unsigned i = 0; i < p->devices; i++)
		if (strcasecmp(p->device[i].name, name) == 0)
			return &p->device[i];
	return NULL;
}

static int full(const char *section, unsigned most, struct fault *f)
{
	return fault_set(f, -EINVAL, "[%s] has more than %u lines", section, most);
}

static int take_app(struct plan *p, const char *name, const char *value, struct fault *f)
{
	struct plan_app *a = &p->app[p->apps];
	size_t len = strlen(value);
	unsigned long v = strtoul(value, NULL, 0);

	if (p->apps == PLAN_MAX_APPS)
		return full("mark", PLAN_MAX_APPS, f);
	if (plan_number(p, name))
		return fault_set(f, -EINVAL, "it has the number %" PRIu32 " already",
		                 plan_number(p, name));
	if (len == 0 || len > 10 || strspn(value, "0123456789") != len ||
	    v < PLAN_FIRST || v > plan_most(p))
		return fault_set(f, -EINVAL,
		                 "allowed is a number from %d to %" PRIu32
		                 ", the most that the mask 0x%08" PRIx32 " holds",
		                 PLAN_FIRST, plan_most(p), p->mask);
	if (v == p->other)
		return fault_set(f, -EINVAL, "that is the number of all other apps");
	strcpy(a->name, name);
	a->value = (uint32_t)v;
	p->apps++;
	return 0;
}

static int take_device(struct plan *p, const char *name, const char *value,
                       struct fault *f)
{
	struct device *d = &p->device[p->devices], other;

	if (p->devices == PLAN_MAX_DEVICES)
		return full("devices", PLAN_MAX_DEVICES, f);
	if (device_parse(name, &other))
		return fault_set(f, -EINVAL, "a name must not look like an address");
	if (!device_parse(value, d))
		return fault_set(f, -EINVAL, "allowed are %s", DEVICE_ALLOWED);
	strcpy(d->name, name);
	p->devices++;
	return 0;
}

static int take_shape(struct plan *p, const char *name, const char *value,
                      struct fault *f)
{
	struct plan_shape *s = &p->shape[p->shapes];
	int err;

	if (p->shapes == PLAN_MAX_SHAPES)
		return full("shape", PLAN_MAX_SHAPES, f);
	*s = (struct plan_shape){ .value = 0 };
	err = shape_parse(value, &s->shape, f);
	if (err)
		return err;
	strcpy(s->shape.name, name);
	p->shapes++;
	return 0;
}

static int resolve_shape(struct plan *p, struct plan_rule *r, struct fault *f)
{
	struct plan_shape *s = find_shape(p, r->rule.shape);

	if (!s)
		return fault_set(f, -EINVAL, "[shape] has no %s", r->rule.shape);
	s->by_rule = true;
	r->shape = (unsigned)(s - p->shape);
	return 0;
}

static int resolve_device(const struct plan *p, struct plan_rule *r, struct fault *f)
{
	const struct device *d = find_device(p, r->rule.device);

	if (d)
		r->device = *d;
	else if (!device_parse(r->rule.device, &r->device))
		return fault_set(f, -EINVAL,
		                 "%s is neither a name of [devices] nor an address, a "
		                 "prefix or a MAC",
		                 r->rule.device);
	return 0;
}

static int take_rule(struct plan *p, const char *name, const char *value, struct fault *f)
{
	struct plan_rule *r = &p->rule[p->rules];
	int err;

	if (p->rules == PLAN_MAX_RULES)
		return full("policy", PLAN_MAX_RULES, f);
	*r = (struct plan_rule){ .shape = 0 };
	err = rule_parse(value, &r->rule, f);
	strcpy(r->rule.name, name);
	if (!err && r->rule.action == RULE_SHAPE)
		err = resolve_shape(p, r, f);
	if (!err && r->rule.has_device)
		err = resolve_device(p, r, f);
	if (!err && r->rule.action == RULE_MARK &&
	    (r->rule.mark < PLAN_FIRST || r->rule.mark > plan_most(p)))
		err = fault_set(f, -EINVAL,
		                "mark takes a number from %d to %" PRIu32
		                ", the most that the mask 0x%08" PRIx32 " holds",
		                PLAN_FIRST, plan_most(p), p->mask);
	if (!err)
		p->rules++;
	return err;
}

int plan_take(struct plan *p, enum plan_section section, const char *key,
              const char *value, struct fault *f)
{
	if (!words_is_name(key))
		return fault_set(f, -EINVAL, "a name is %s", WORDS_NAME_ALLOWED);
	switch (section) {
	case PLAN_MARK:
		return take_app(p, key, value, f);
	case PLAN_DEVICES:
		return take_device(p, key, value, f);
	case PLAN_SHAPE:
		return take_shape(p, key, value, f);
	case PLAN_POLICY:
		return take_rule(p, key, value, f);
	case PLAN_SECTIONS:
		break;
	}
	return -EINVAL;
}

static unsigned count(const struct plan *p, enum plan_section section)
{
	switch (section) {
	case PLAN_MARK:
		return p->apps;
	case PLAN_DEVICES:
		return p->devices;
	case PLAN_SHAPE:
		return p->shapes;
	case PLAN_POLICY:
		return p->rules;
	case PLAN_SECTIONS:
		break;
	}
	return 0;
}

static void print_line(const struct plan *p, enum plan_section section, unsigned i,
                       FILE *out)
{
	switch (section) {
	case PLAN_MARK:
		fprintf(out, "%s = %" PRIu32, p->app[i].name, p->app[i].value);
		return;
	case PLAN_DEVICES:
		fprintf(out, "%s = ", p->device[i].name);
		device_print(&p->device[i], out);
		return;
	case PLAN_SHAPE:
		fprintf(out, "%s = ", p->shape[i].shape.name);
		shape_print(&p->shape[i].shape, out);
		return;
	case PLAN_POLICY:
		fprintf(out, "%s = ", p->rule[i].rule.name);
		rule_print(&p->rule[i].rule, out);
		return;
	case PLAN_SECTIONS:
		return;
	}
}

void plan_print(const struct plan *p, enum plan_section section, FILE *out)
{
	for (unsigned i = 0; i < count(p, section); i++) {
		print_line(p, section, i, out);
		fputc('\n', out);
	}
}
