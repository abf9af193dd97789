/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "setting.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rate.h"

static void *slot(const struct setting *s, void *base)
{
	return (char *)base + s->at;
}

static const void *slot_const(const struct setting *s, const void *base)
{
	return (const char *)base + s->at;
}

static bool parse_u32(const struct setting *s, const char *value, uint32_t *v)
{
	uint64_t n = 0;

	if (s->words && strcasecmp(value, s->words[0]) == 0) {
		*v = SETTING_WORD;
		return true;
	}
	if (!*value)
		return false;
	for (const char *p = value; *p; p++) {
		if (*p < '0' || *p > '9' || n > UINT32_MAX)
			return false;
		n = n * 10 + (uint64_t)(*p - '0');
	}
	if (n < s->min || n > s->max)
		return false;
	*v = (uint32_t)n;
	return true;
}

static bool parse_bits(const char *value, uint32_t *v)
{
	size_t len = strlen(value);

	if (len < 3 || len > 10 || strncasecmp(value, "0x", 2) != 0 ||
	    strspn(value + 2, "0123456789abcdefABCDEF") != len - 2)
		return false;
	*v = (uint32_t)strtoul(value, NULL, 16);
	return true;
}

static bool parse_rate(const char *value, uint64_t *v)
{
	if (*value)
		return rate_parse(value, v);
	*v = 0;
	return true;
}

static bool parse_bool(const char *value, bool *v)
{
	bool yes = strcasecmp(value, "yes") == 0 || strcasecmp(value, "on") == 0;

	if (!yes && strcasecmp(value, "no") != 0 && strcasecmp(value, "off") != 0)
		return false;
	*v = yes;
	return true;
}

static bool parse_choice(const struct setting *s, const char *value, unsigned *v)
{
	for (unsigned i = 0; s->words[i]; i++) {
		if (strcasecmp(value, s->words[i]) == 0) {
			*v = i;
			return true;
		}
	}
	return false;
}

/* Quotes and control characters would not survive being printed and read again. */
static bool parse_text(const struct setting *s, const char *value, char *v)
{
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f || strchr("\"'\\", *p))
			return false;
	if (strlen(value) >= SETTING_TEXT_SIZE || (s->good && !s->good(value)))
		return false;
	memcpy(v, value, strlen(value) + 1);
	return true;
}

static bool parse(const struct setting *s, const char *value, void *base)
{
	switch (s->type) {
	case SETTING_U32:
		return parse_u32(s, value, slot(s, base));
	case SETTING_BITS:
		return parse_bits(value, slot(s, base));
	case SETTING_RATE:
		return parse_rate(value, slot(s, base));
	case SETTING_BOOL:
		return parse_bool(value, slot(s, base));
	case SETTING_CHOICE:
		return parse_choice(s, value, slot(s, base));
	case SETTING_TEXT:
		return parse_text(s, value, slot(s, base));
	}
	return false;
}

static void say_words(const char *const *words, char *buf, size_t size)
{
	size_t at = 0;

	for (unsigned i = 0; words[i] && at < size; i++) {
		const char *between = i == 0 ? "" : words[i + 1] ? ", " : " or ";

		at += (size_t)snprintf(buf + at, size - at, "%s%s", between, words[i]);
	}
}

static void say_allowed(const struct setting *s, char *buf, size_t size)
{
	switch (s->type) {
	case SETTING_U32:
		(void)snprintf(buf, size, "a number from %u to %u%s%s", s->min, s->max,
		               s->words ? ", or " : "", s->words ? s->words[0] : "");
		return;
	case SETTING_BITS:
		(void)snprintf(buf, size, "a number like 0x0f000000, of 32 bits");
		return;
	case SETTING_RATE:
		(void)snprintf(buf, size, "%s, or nothing", RATE_ALLOWED);
		return;
	case SETTING_BOOL:
		(void)snprintf(buf, size, "yes or no");
		return;
	case SETTING_CHOICE:
		say_words(s->words, buf, size);
		return;
	case SETTING_TEXT:
		(void)snprintf(buf, size, "%s", s->allowed);
		return;
	}
}

int setting_parse(const struct setting *s, const char *value, void *base, struct fault *f)
{
	char allowed[200];

	if (parse(s, value, base))
		return 0;
	say_allowed(s, allowed, sizeof(allowed));
	return fault_set(f, -EINVAL, "[%s] %s = %.120s: allowed is %s", s->section,
	                 s->key, value, allowed);
}

static void print_text(const char *text, FILE *out)
{
	bool quote = strpbrk(text, ";#") || text[0] == ' ' ||
	             (text[0] && text[strlen(text) - 1] == ' ');

	if (text[0])
		fprintf(out, quote ? " \"%s\"" : " %s", text);
}

static void print_rate(uint64_t rate, FILE *out)
{
	char text[RATE_TEXT_SIZE];

	if (rate > 0)
		fprintf(out, " %s", rate_text(rate, text));
}

static void print_value(const struct setting *s, const void *value, FILE *out)
{
	switch (s->type) {
	case SETTING_U32: {
		uint32_t v = *(const uint32_t *)value;

		if (s->words && v == SETTING_WORD)
			fprintf(out, " %s", s->words[0]);
		else
			fprintf(out, " %u", v);
		return;
	}
	case SETTING_BITS:
		fprintf(out, " 0x%08" PRIx32, *(const uint32_t *)value);
		return;
	case SETTING_RATE:
		print_rate(*(const uint64_t *)value, out);
		return;
	case SETTING_BOOL:
		fprintf(out, " %s", *(const bool *)value ? "yes" : "no");
		return;
	case SETTING_CHOICE:
		fprintf(out, " %s", s->words[*(const unsigned *)value]);
		return;
	case SETTING_TEXT:
		print_text(value, out);
		return;
	}
}

void setting_print(const struct setting *s, const void *base, FILE *out)
{
	fprintf(out, "%s =", s->key);
	print_value(s, slot_const(s, base), out);
	fputc('\n', out);
}

bool setting_equal(const struct setting *s, const void *a, const void *b)
{
	const void *x = slot_const(s, a), *y = slot_const(s, b);

	switch (s->type) {
	case SETTING_U32:
	case SETTING_BITS:
		return *(const uint32_t *)x == *(const uint32_t *)y;
	case SETTING_RATE:
		return *(const uint64_t *)x == *(const uint64_t *)y;
	case SETTING_BOOL:
		return *(const bool *)x == *(const bool *)y;
	case SETTING_CHOICE:
		return *(const unsigned *)x == *(const unsigned *)y;
	case SETTING_TEXT:
		return strcmp(x, y) == 0;
	}
	return false;
}
