/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device.h"

#include <stdlib.h>
#include <string.h>

/* Six pairs of hexadecimal digits and colons. */
static bool parse_mac(const char *text, struct mac *m)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	for (size_t i = 0; i < sizeof(m->byte); i++, text += 3) {
		char pair[3] = { text[0], text[0] ? text[1] : 0 };

		if (strspn(pair, digits) != 2 || text[2] != (i < 5 ? ':' : 0))
			return false;
		m->byte[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

static bool parse_key(const char *text, struct device *d)
{
	if (parse_mac(text, &d->mac[d->macs])) {
		d->macs++;
		return true;
	}
	if (!prefix_parse(text, &d->prefix[d->prefixes]))
		return false;
	d->prefixes++;
	return true;
}

bool device_parse(const char *text, struct device *d)
{
	struct device parsed = { .prefixes = 0 };
	size_t len;

	for (;; text += len + 1) {
		char key[WORDS_SIZE];

		text += strspn(text, " \t");
		len = strcspn(text, ",");
		if (len >= sizeof(key) || parsed.prefixes + parsed.macs == DEVICE_KEYS)
			return false;
		memcpy(key, text, len);
		key[len] = 0;
		for (size_t i = len; i > 0 && strchr(" \t", key[i - 1]); i--)
			key[i - 1] = 0;
		if (!parse_key(key, &parsed))
			return false;
		if (!text[len])
			break;
	}
	memcpy(parsed.name, d->name, sizeof(parsed.name));
	*d = parsed;
	return true;
}

static void print_prefix(const struct prefix *p, FILE *out)
{
	char text[ADDR_TEXT_SIZE];
	unsigned all = addr_is_v4(p->base) && p->bits >= 96 ? 32 : 128;
	unsigned bits = p->bits - (128 - all);

	fprintf(out, bits < all ? "%s/%u" : "%s", addr_text(p->base, text), bits);
}

void device_print(const struct device *d, FILE *out)
{
	const char *between = "";

	for (unsigned i = 0; i < d->prefixes; i++, between = ",") {
		fputs(between, out);
		print_prefix(&d->prefix[i], out);
	}
	for (unsigned i = 0; i < d->macs; i++, between = ",") {
		const uint8_t *b = d->mac[i].byte;

		fprintf(out, "%s%02x:%02x:%02x:%02x:%02x:%02x", between, b[0], b[1], b[2],
		        b[3], b[4], b[5]);
	}
}

static bool covers_prefix(const struct device *d, const struct prefix *other)
{
	for (unsigned i = 0; i < d->prefixes; i++)
		if (d->prefix[i].bits <= other->bits &&
		    prefix_has(&d->prefix[i], other->base))
			return true;
	return false;
}

static bool has_mac(const struct device *d, const struct mac *mac)
{
	for (unsigned i = 0; i < d->macs; i++)
		if (memcmp(&d->mac[i], mac, sizeof(*mac)) == 0)
			return true;
	return false;
}

bool device_covers(const struct device *d, const struct device *other)
{
	for (unsigned i = 0; i < other->prefixes; i++)
		if (!covers_prefix(d, &other->prefix[i]))
			return false;
	for (unsigned i = 0; i < other->macs; i++)
		if (!has_mac(d, &other->mac[i]))
			return false;
	return true;
}

bool device_is(const struct device *d, struct addr a, const struct mac *mac)
{
	for (unsigned i = 0; i < d->prefixes; i++)
		if (prefix_has(&d->prefix[i], a))
			return true;
	return mac && has_mac(d, mac);
}
