/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_POLICY_H
#define NFCLASS_POLICY_H

#include "plan.h"

/* From a label, a client and the time of the week to a mark. */

/* Which rules are in their hours. */
struct policy_now {
	uint64_t rule[(PLAN_MAX_RULES + 63) / 64]; /* a bit each */
};

struct policy_now policy_at(const struct plan *p, struct hours_wall now);
bool policy_now_equal(const struct policy_now *a, const struct policy_now *b);

/* Do decisions depend on the time; on network cards? */
bool policy_needs_hours(const struct plan *p);
bool policy_needs_macs(const struct plan *p);

/* Whose traffic it is. */
struct policy_client {
	struct addr addr;
	const struct mac *mac; /* NULL when it is not known */
};

/* The mark value of what this client does; app is NULL for Unknown.  The first rule that
 * fits decides; without one, the app's own value. */
uint32_t policy_value(const struct plan *p, const struct policy_now *now, const char *app,
                      const struct policy_client *client);

/* Whether a rule never decides, since wherever it fits one before it does: *by, or
 * several that share its hours, then *by is the rule itself. */
bool policy_is_shadowed(const struct plan *p, unsigned rule, unsigned *by);

/* A value's place in a mark, and what the mark of something blocked is. */
uint32_t policy_mark(const struct plan *p, uint32_t value);
bool policy_blocks(const struct plan *p, uint32_t value);

#endif
