/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rule.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum part { APP, DEVICE, DAYS, HOURS, SHAPE, BLOCK, MARK, NONE, PARTS };

static const struct {
	const char *name;
	const char *takes; /* NULL: nothing */
	bool is_action;
} parts[] = {
	[APP] = { "app", "an app, unknown or any", false },
	[DEVICE] = { "device", "a name of [devices], an address, a prefix or a MAC",
	             false },
	[DAYS] = { "days", HOURS_DAYS_ALLOWED, false },
	[HOURS] = { "hours", HOURS_SPAN_ALLOWED, false },
	[SHAPE] = { "shape", "a name of [shape]", true },
	[BLOCK] = { "block", NULL, true },
	[MARK] = { "mark", "a number", true },
	[NONE] = { "none", NULL, true },
};

static bool parse_app(const char *word, struct rule *r)
{
	r->apps = strcasecmp(word, "any") == 0       ? RULE_ANY
	          : strcasecmp(word, "unknown") == 0 ? RULE_UNKNOWN
	                                             : RULE_APP;
	if (r->apps == RULE_APP)
		strcpy(r->app, word);
	return words_is_name(word);
}

static bool parse_device(const char *word, struct rule *r)
{
	r->has_device = true;
	strcpy(r->device, word);
	return *word;
}

static bool parse_shape(const char *word, struct rule *r)
{
	strcpy(r->shape, word);
	return words_is_name(word);
}

static bool parse_mark(const char *word, struct rule *r)
{
	size_t len = strlen(word);

	r->mark = (uint32_t)strtoul(word, NULL, 10);
	return len > 0 && len < 10 && strspn(word, "0123456789") == len;
}

static bool parse_part(enum part part, const char *word, struct rule *r)
{
	switch (part) {
	case APP:
		return parse_app(word, r);
	case DEVICE:
		return parse_device(word, r);
	case DAYS:
		return hours_parse_days(word, &r->hours);
	case HOURS:
		return hours_parse_span(word, &r->hours);
	case SHAPE:
		return parse_shape(word, r);
	case MARK:
		return parse_mark(word, r);
	case BLOCK:
	case NONE:
	case PARTS:
		break;
	}
	return true;
}

static enum rule_action action_of(enum part part)
{
	return part == SHAPE   ? RULE_SHAPE
	       : part == BLOCK ? RULE_BLOCK
	       : part == MARK  ? RULE_MARK
	                       : RULE_NONE;
}

/* The enum part that was not seen before, or -EINVAL; of the actions only one may be. */
static int find_part(const char *word, unsigned seen, struct fault *f)
{
	const unsigned actions = 1U << SHAPE | 1U << BLOCK | 1U << MARK | 1U << NONE;
	unsigned i = 0;

	while (i < PARTS && strcasecmp(word, parts[i].name) != 0)
		i++;
	if (i == PARTS)
		return fault_set(f, -EINVAL, "unknown word '%s'", word);
	if (seen >> i & 1)
		return fault_set(f, -EINVAL, "%s is given twice", parts[i].name);
	if (parts[i].is_action && seen & actions)
		return fault_set(f, -EINVAL,
		                 "there are two actions, and %s is one of them",
		                 parts[i].name);
	return (int)i;
}

static int next_part(const char **at, struct rule *r, unsigned *seen, struct fault *f)
{
	char word[WORDS_SIZE];
	int part;

	if (words_next(at, word) != WORDS_ONE)
		return fault_set(f, -EINVAL,
		                 "a word is too long, or its quote has no end");
	part = find_part(word, *seen, f);
	if (part < 0)
		return part;
	*seen |= 1U << part;
	if (parts[part].is_action)
		r->action = action_of((enum part)part);
	if (!parts[part].takes)
		return 0;
	if (words_next(at, word) != WORDS_ONE)
		return fault_set(f, -EINVAL, "%s takes %s", parts[part].name,
		                 parts[part].takes);
	return parse_part((enum part)part, word, r)
	               ? 0
	               : fault_set(f, -EINVAL, "%s takes %s, and not '%s'",
	                           parts[part].name, parts[part].takes, word);
}

int rule_parse(const char *text, struct rule *r, struct fault *f)
{
	struct rule parsed = { .hours = HOURS_ALL };
	unsigned seen = 0;

	do {
		int err = next_part(&text, &parsed, &seen, f);

		if (err)
			return err;
	} while (text[strspn(text, " \t")]);
	if (!(seen & 1U << APP))
		return fault_set(f, -EINVAL, "it says no app");
	if (seen >> SHAPE == 0)
		return fault_set(f, -EINVAL,
		                 "it says no action: shape NAME, block, mark N or none");
	memcpy(parsed.name, r->name, sizeof(parsed.name));
	*r = parsed;
	return 0;
}

static void print_app(const struct rule *r, FILE *out)
{
	fputs("app ", out);
	switch (r->apps) {
	case RULE_APP:
		words_print(r->app, out);
		return;
	case RULE_UNKNOWN:
		fputs("unknown", out);
		return;
	case RULE_ANY:
		fputs("any", out);
		return;
	}
}

void rule_print(const struct rule *r, FILE *out)
{
	print_app(r, out);
	if (r->has_device) {
		fputs(" device ", out);
		words_print(r->device, out);
	}
	hours_print(&r->hours, out);
	switch (r->action) {
	case RULE_SHAPE:
		fputs(" shape ", out);
		words_print(r->shape, out);
		return;
	case RULE_BLOCK:
		fputs(" block", out);
		return;
	case RULE_MARK:
		fprintf(out, " mark %" PRIu32, r->mark);
		return;
	case RULE_NONE:
		fputs(" none", out);
		return;
	}
}
