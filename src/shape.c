/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shape.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* A unit may stand apart from its number: "5 Mbit/s". */
static bool next_rate(const char **at, uint64_t *rate, struct fault *f)
{
	char word[WORDS_SIZE], unit[WORDS_SIZE], both[2 * WORDS_SIZE];
	const char *after;

	if (words_next(at, word) != WORDS_ONE) {
		fault_set(f, -EINVAL, "a rate is missing");
		return false;
	}
	after = *at;
	if (words_next(&after, unit) == WORDS_ONE) {
		(void)snprintf(both, sizeof(both), "%s %s", word, unit);
		if (rate_parse(both, rate)) {
			*at = after;
			return true;
		}
	}
	if (rate_parse(word, rate))
		return true;
	fault_set(f, -EINVAL, "'%s' is not %s", word, RATE_ALLOWED);
	return false;
}

static bool next_rates(const char **at, uint64_t *rate, uint64_t *ceil, struct fault *f)
{
	char word[WORDS_SIZE];
	const char *after;

	if (!next_rate(at, rate, f))
		return false;
	*ceil = *rate;
	after = *at;
	if (words_next(&after, word) != WORDS_ONE || strcasecmp(word, "ceil") != 0)
		return true;
	*at = after;
	if (!next_rate(at, ceil, f))
		return false;
	if (*ceil >= *rate)
		return true;
	fault_set(f, -EINVAL, "a ceil is below its rate");
	return false;
}

static bool next_prio(const char **at, unsigned *prio, struct fault *f)
{
	char word[WORDS_SIZE];

	if (words_next(at, word) == WORDS_ONE && word[0] >= '0' &&
	    word[0] <= '0' + SHAPE_PRIO_MAX && !word[1]) {
		*prio = (unsigned)(word[0] - '0');
		return true;
	}
	fault_set(f, -EINVAL, "prio takes a number from 0 (goes first) to %d",
	          SHAPE_PRIO_MAX);
	return false;
}

/* One of the three, whose bit in *seen says that it was there before. */
static bool next_part(const char **at, struct shape *s, unsigned *seen, struct fault *f)
{
	static const char *const parts[] = { "down", "up", "prio", NULL };
	char word[WORDS_SIZE];
	unsigned i = 0;

	if (words_next(at, word) != WORDS_ONE)
		strcpy(word, "\"");
	while (parts[i] && strcasecmp(word, parts[i]) != 0)
		i++;
	if (!parts[i] || *seen >> i & 1) {
		fault_set(f, -EINVAL,
		          parts[i] ? "%s is given twice" : "unknown word '%s'", word);
		return false;
	}
	*seen |= 1U << i;
	switch (i) {
	case 0:
		return next_rates(at, &s->down, &s->down_ceil, f);
	case 1:
		return next_rates(at, &s->up, &s->up_ceil, f);
	default:
		return next_prio(at, &s->prio, f);
	}
}

int shape_parse(const char *text, struct shape *s, struct fault *f)
{
	struct shape parsed = { .prio = SHAPE_PRIO_STANDARD };
	unsigned seen = 0;

	do
		if (!next_part(&text, &parsed, &seen, f))
			return -EINVAL;
	while (text[strspn(text, " \t")]);
	memcpy(parsed.name, s->name, sizeof(parsed.name));
	*s = parsed;
	return 0;
}

static void print_rates(const char *way, uint64_t rate, uint64_t ceil, FILE *out)
{
	char text[RATE_TEXT_SIZE];

	if (rate == 0)
		return;
	fprintf(out, "%s %s ", way, rate_text(rate, text));
	if (ceil != rate)
		fprintf(out, "ceil %s ", rate_text(ceil, text));
}

void shape_print(const struct shape *s, FILE *out)
{
	print_rates("down", s->down, s->down_ceil, out);
	print_rates("up", s->up, s->up_ceil, out);
	fprintf(out, "prio %u", s->prio);
}
