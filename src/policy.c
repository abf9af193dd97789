/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy.h"

#include <string.h>
#include <strings.h>

struct policy_now policy_at(const struct plan *p, struct hours_wall now)
{
	struct policy_now at = { { 0 } };

	for (unsigned i = 0; i < p->rules; i++)
		if (hours_hold(&p->rule[i].rule.hours, now))
			at.rule[i / 64] |= 1ULL << i % 64;
	return at;
}

bool policy_now_equal(const struct policy_now *a, const struct policy_now *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool policy_needs_hours(const struct plan *p)
{
	for (unsigned i = 0; i < p->rules; i++) {
		const struct hours *h = &p->rule[i].rule.hours;

		if (h->days != HOURS_ALL.days || h->from_min != HOURS_ALL.from_min ||
		    h->to_min != HOURS_ALL.to_min)
			return true;
	}
	return false;
}

bool policy_needs_macs(const struct plan *p)
{
	for (unsigned i = 0; i < p->rules; i++)
		if (p->rule[i].rule.has_device && p->rule[i].device.macs > 0)
			return true;
	return false;
}

static bool app_fits(const struct rule *r, const char *app)
{
	switch (r->apps) {
	case RULE_APP:
		return app && strcasecmp(r->app, app) == 0;
	case RULE_UNKNOWN:
		return !app;
	case RULE_ANY:
		return true;
	}
	return false;
}

/* The app's own value, unless that is shaped: then that of apps which have none. */
static uint32_t plain_value(const struct plan *p, const char *app)
{
	uint32_t value = plan_app_value(p, app);

	for (unsigned i = 0; i < p->shapes; i++)
		if (p->shape[i].value == value)
			return app ? p->other : PLAN_UNKNOWN;
	return value;
}

static uint32_t act(const struct plan *p, const struct plan_rule *r, const char *app)
{
	switch (r->rule.action) {
	case RULE_SHAPE:
		return p->shape[r->shape].value;
	case RULE_BLOCK:
		return p->block;
	case RULE_MARK:
		return r->rule.mark;
	case RULE_NONE:
		break;
	}
	return plain_value(p, app);
}

uint32_t policy_value(const struct plan *p, const struct policy_now *now, const char *app,
                      const struct policy_client *client)
{
	for (unsigned i = 0; i < p->rules; i++) {
		const struct plan_rule *r = &p->rule[i];

		if (now->rule[i / 64] >> i % 64 & 1 && app_fits(&r->rule, app) &&
		    (!r->rule.has_device ||
		     device_is(&r->device, client->addr, client->mac)))
			return act(p, r, app);
	}
	return plan_app_value(p, app);
}

/* Apart from hours: does a fit wherever b does? */
static bool covers(const struct plan_rule *a, const struct plan_rule *b)
{
	bool apps =
		a->rule.apps == RULE_ANY ||
		(a->rule.apps == b->rule.apps &&
	         (a->rule.apps != RULE_APP || strcasecmp(a->rule.app, b->rule.app) == 0));
	bool devices = !a->rule.has_device ||
	               (b->rule.has_device && device_covers(&a->device, &b->device));

	return apps && devices;
}

static bool any_covers(const struct plan *p, unsigned rule, struct hours_wall now)
{
	for (unsigned i = 0; i < rule; i++)
		if (covers(&p->rule[i], &p->rule[rule]) &&
		    hours_hold(&p->rule[i].rule.hours, now))
			return true;
	return false;
}

bool policy_is_shadowed(const struct plan *p, unsigned rule, unsigned *by)
{
	const struct hours *hours = &p->rule[rule].rule.hours;

	for (*by = 0; *by < rule; ++*by)
		if (covers(&p->rule[*by], &p->rule[rule]) &&
		    hours_cover(&p->rule[*by].rule.hours, hours))
			return true;
	for (unsigned m = 0; m < HOURS_WEEK_MIN; m++)
		if (hours_hold(hours, hours_minute(m)) &&
		    !any_covers(p, rule, hours_minute(m)))
			return false;
	return true;
}

uint32_t policy_mark(const struct plan *p, uint32_t value)
{
	return value << plan_shift(p) & p->mask;
}

bool policy_blocks(const struct plan *p, uint32_t value)
{
	return p->block != 0 && value == p->block;
}
