/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	uint64_t bits;
} units[] = {
	{ "gbit", 1000000000 },
	{ "mbit", 1000000 },
	{ "kbit", 1000 },
	{ "bit", 1 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

/* The bits in a unit, "/s" or not; a number without one is in bits.  0: unknown. */
static uint64_t unit_of(const char *text)
{
	size_t len = strlen(text);

	if (len == 0)
		return 1;
	if (len > 2 && strcasecmp(text + len - 2, "/s") == 0)
		len -= 2;
	for (size_t i = 0; i < UNITS; i++)
		if (strlen(units[i].name) == len &&
		    strncasecmp(units[i].name, text, len) == 0)
			return units[i].bits;
	return 0;
}

/* Up to so many digits as a number; what follows them in *end. */
static uint64_t digits(const char *text, int most, const char **end)
{
	uint64_t n = 0;

	for (; most > 0 && *text >= '0' && *text <= '9'; most--)
		n = n * 10 + (uint64_t)(*text++ - '0');
	*end = text;
	return n;
}

bool rate_parse(const char *text, uint64_t *rate)
{
	const char *at;
	uint64_t whole = digits(text, 12, &at), part = 0, unit, v;

	if (at == text)
		return false;
	if (*at == '.') {
		const char *first = at + 1;

		part = digits(first, 3, &at);
		if (at == first)
			return false;
		for (int places = (int)(at - first); places < 3; places++)
			part *= 10;
	}
	unit = unit_of(at + strspn(at, " \t"));
	if (unit == 0 || (part > 0 && unit < 1000) || whole > RATE_MAX / unit)
		return false;
	v = whole * unit + part * unit / 1000;
	if (v < RATE_MIN || v > RATE_MAX)
		return false;
	*rate = v;
	return true;
}

const char *rate_text(uint64_t rate, char buf[static RATE_TEXT_SIZE])
{
	size_t i = 0;

	while (rate % units[i].bits != 0)
		i++; /* the last divides everything */
	(void)snprintf(buf, RATE_TEXT_SIZE, "%" PRIu64 "%s", rate / units[i].bits,
	               units[i].name);
	return buf;
}
