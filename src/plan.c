/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

unsigned plan_shift(const struct plan *p)
{
	return (unsigned)__builtin_ctz(p->mask);
}

uint32_t plan_most(const struct plan *p)
{
	return p->mask >> plan_shift(p);
}

uint32_t plan_number(const struct plan *p, const char *app)
{
	if (strcasecmp(app, "unknown") == 0)
		return PLAN_UNKNOWN;
	if (strcasecmp(app, "other") == 0)
		return p->other;
	for (unsigned i = 0; i < p->apps; i++)
		if (strcasecmp(p->app[i].name, app) == 0)
			return p->app[i].value;
	return 0;
}

uint32_t plan_app_value(const struct plan *p, const char *app)
{
	uint32_t value = app ? plan_number(p, app) : PLAN_UNKNOWN;

	for (unsigned i = 0; value == 0 && i < p->shapes; i++)
		if (!p->shape[i].by_rule && strcasecmp(p->shape[i].shape.name, app) == 0)
			value = p->shape[i].value;
	return value ? value : p->other;
}

int plan_check(const struct plan *p, struct fault *f)
{
	uint32_t most;

	if (p->mask == 0)
		return fault_set(f, -EINVAL,
		                 "[mark] mask = 0: allowed are adjacent bits");
	most = plan_most(p);
	if ((most & (most + 1)) != 0 || most < PLAN_FIRST)
		return fault_set(f, -EINVAL,
		                 "[mark] mask = 0x%08" PRIx32
		                 ": allowed are adjacent bits, two at least",
		                 p->mask);
	if (p->skip_bit == 0 || (p->skip_bit & (p->skip_bit - 1)) != 0 ||
	    p->skip_bit & p->mask)
		return fault_set(f, -EINVAL,
		                 "[mark] skip_bit = 0x%08" PRIx32
		                 ": allowed is one bit outside of mask = 0x%08" PRIx32,
		                 p->skip_bit, p->mask);
	if (p->other > most)
		return fault_set(f, -EINVAL,
		                 "[mark] other = %" PRIu32 ": mask = 0x%08" PRIx32
		                 " holds %" PRIu32 " at most",
		                 p->other, p->mask, most);
	return 0;
}

/* Row numbers are few, and so is what is looked through: no index needed. */
static bool is_taken(const struct plan *p, uint32_t value)
{
	if (value < PLAN_FIRST || value == p->other || value == p->block)
		return true;
	for (unsigned i = 0; i < p->apps; i++)
		if (p->app[i].value == value)
			return true;
	for (unsigned i = 0; i < p->shapes; i++)
		if (p->shape[i].value == value)
			return true;
	for (unsigned i = 0; i < p->rules; i++)
		if (p->rule[i].rule.action == RULE_MARK && p->rule[i].rule.mark == value)
			return true;
	return false;
}

/* A free value, from above or from below; 0 when there is none. */
static uint32_t free_value(const struct plan *p, bool from_above)
{
	uint32_t most = plan_most(p), value = from_above ? most : PLAN_FIRST;

	while (value >= PLAN_FIRST && value <= most && is_taken(p, value))
		value += from_above ? UINT32_MAX : 1;
	return value >= PLAN_FIRST && value <= most ? value : 0;
}

static int give_value(const struct plan *p, uint32_t *value, bool from_above,
                      const char *what, struct fault *f)
{
	*value = free_value(p, from_above);
	if (*value)
		return 0;
	return fault_set(f, -EINVAL,
	                 "[mark] mask = 0x%08" PRIx32 ": its values up to %" PRIu32
	                 " are used up, and none is left for %s; a wider mask has more",
	                 p->mask, plan_most(p), what);
}

static bool blocks(const struct plan *p)
{
	for (unsigned i = 0; i < p->rules; i++)
		if (p->rule[i].rule.action == RULE_BLOCK)
			return true;
	return false;
}

/* Two apps may share a number, but then not each a shape of its own. */
static int check_shapes(const struct plan *p, struct fault *f)
{
	for (unsigned i = 0; i < p->shapes; i++)
		for (unsigned j = 0; j < i; j++)
			if (p->shape[i].value == p->shape[j].value)
				return fault_set(f, -EINVAL,
				                 "[shape] %s and %s are both of mark "
				                 "value %" PRIu32,
				                 p->shape[j].shape.name,
				                 p->shape[i].shape.name,
				                 p->shape[i].value);
	return 0;
}

static int settle_shapes(struct plan *p, bool by_rule, struct fault *f)
{
	for (unsigned i = 0; i < p->shapes; i++) {
		struct plan_shape *s = &p->shape[i];
		int err;

		if (s->by_rule != by_rule)
			continue;
		if (!by_rule)
			s->value = plan_number(p, s->shape.name);
		if (s->value)
			continue;
		err = give_value(p, &s->value, by_rule, s->shape.name, f);
		if (err)
			return err;
	}
	return 0;
}

int plan_settle(struct plan *p, struct fault *f)
{
	int err = 0;

	p->block = 0;
	for (unsigned i = 0; i < p->shapes; i++)
		p->shape[i].value = 0;
	if (blocks(p))
		err = give_value(p, &p->block, true, "what is blocked", f);
	if (!err)
		err = settle_shapes(p, true, f);
	if (!err)
		err = settle_shapes(p, false, f);
	return err ? err : check_shapes(p, f);
}

/* The row of a value, new or not: rows stay in rising order. */
/* A mark value, and what the packet filter does with it: shape it, block it, or nothing.
 */
struct plan_row {
	uint32_t value;
	const char *name;          /* the plan's */
	const struct shape *shape; /* or NULL */
	bool block;
};

#define PLAN_ROWS (4 + PLAN_MAX_APPS + PLAN_MAX_SHAPES + PLAN_MAX_RULES)

static struct plan_row *row_of(struct plan_row *row, unsigned *count, uint32_t value,
                               const char *name)
{
	unsigned at = 0;

	while (at < *count && row[at].value < value)
		at++;
	if (at < *count && row[at].value == value)
		return &row[at];
	memmove(row + at + 1, row + at, (*count - at) * sizeof(*row));
	row[at] = (struct plan_row){ .value = value, .name = name };
	++*count;
	return &row[at];
}

/* All values there are, in rising order, into row; how many. */
static unsigned plan_rows(const struct plan *p, struct plan_row row[static PLAN_ROWS])
{
	unsigned n = 0;

	(void)row_of(row, &n, PLAN_DECIDING, "deciding"); /* rows without more to say */
	(void)row_of(row, &n, PLAN_UNKNOWN, "unknown");
	(void)row_of(row, &n, p->other, "other");
	for (unsigned i = 0; i < p->apps; i++)
		(void)row_of(row, &n, p->app[i].value, p->app[i].name);
	for (unsigned i = 0; i < p->shapes; i++) {
		const struct plan_shape *s = &p->shape[i];

		row_of(row, &n, s->value, s->shape.name)->shape = &s->shape;
	}
	for (unsigned i = 0; i < p->rules; i++)
		if (p->rule[i].rule.action == RULE_MARK)
			(void)row_of(row, &n, p->rule[i].rule.mark, p->rule[i].rule.name);
	if (p->block)
		row_of(row, &n, p->block, "blocked")->block = true;
	return n;
}

static void print_shape(const struct shape *s, FILE *out)
{
	fputs("shape shape=", out);
	words_print(s->name, out);
	fprintf(out,
	        " down=%" PRIu64 " down_ceil=%" PRIu64 " up=%" PRIu64 " up_ceil=%" PRIu64
	        " prio=%u",
	        s->down, s->down_ceil, s->up, s->up_ceil, s->prio);
}

static void print_row(const struct plan *p, const struct plan_row *row, FILE *out)
{
	fprintf(out, "value=%" PRIu32 " mark=0x%08" PRIx32 " action=", row->value,
	        row->value << plan_shift(p));
	if (row->shape)
		print_shape(row->shape, out);
	else
		fputs(row->block ? "block" : "none", out);
	fprintf(out, " name=%s\n", row->name);
}

void plan_print_rows(const struct plan *p, FILE *out)
{
	struct plan_row row[PLAN_ROWS];
	unsigned n = plan_rows(p, row);

	if (!p->enabled)
		return;
	fprintf(out,
	        "mask=0x%08" PRIx32 " skip=0x%08" PRIx32 " save=%s deciding=0x%08" PRIx32
	        "\n",
	        p->mask, p->skip_bit, p->save == PLAN_VERDICT ? "verdict" : "ctnetlink",
	        (uint32_t)PLAN_DECIDING << plan_shift(p));
	for (unsigned i = 0; i < n; i++)
		print_row(p, &row[i], out);
}
