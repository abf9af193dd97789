/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "addrs.h"

#include <string.h>
#include <strings.h>

#define ITEM_SIZE 64

/* The next item of a list, without the blanks around it; false at the end.  What is too
 * long for any address comes as the empty item, which is none. */
static bool next_item(const char **at, char item[static ITEM_SIZE])
{
	size_t len;

	if (!*at)
		return false;
	*at += strspn(*at, " \t");
	len = strcspn(*at, ",");
	item[0] = 0;
	if (len < ITEM_SIZE) {
		memcpy(item, *at, len);
		while (len > 0 && strchr(" \t", item[len - 1]))
			len--;
		item[len] = 0;
	}
	*at = strchr(*at, ',');
	if (*at)
		(*at)++;
	return true;
}

static bool is_v4(const char *text, struct addr *a)
{
	return addr_parse(text, a) && addr_is_v4(*a);
}

bool addrs_are_list(const char *text)
{
	const char *at = *text ? text : NULL;
	char item[ITEM_SIZE];
	struct addr a;

	while (next_item(&at, item))
		if (!addr_parse(item, &a))
			return false;
	return true;
}

bool addrs_are_prefixes(const char *text)
{
	const unsigned most =
		sizeof(((struct flow_lan *)0)->prefix) / sizeof(struct prefix);
	const char *at = *text ? text : NULL;
	char item[ITEM_SIZE];
	unsigned count = 0;
	struct prefix p;

	while (next_item(&at, item))
		if (!strchr(item, '/') || !prefix_parse(item, &p) || ++count > most)
			return false;
	return true;
}

struct flow_lan addrs_lan(const char *text)
{
	const unsigned most =
		sizeof(((struct flow_lan *)0)->prefix) / sizeof(struct prefix);
	struct flow_lan lan = { .count = 0 };
	const char *at = *text ? text : NULL;
	char item[ITEM_SIZE];

	while (lan.count < most && next_item(&at, item))
		if (prefix_parse(item, &lan.prefix[lan.count]))
			lan.count++;
	return lan;
}

static bool range_of(const char *text, struct addr *first, struct addr *last)
{
	const char *dash = strchr(text, '-');
	char item[ITEM_SIZE];

	if (!dash || dash - text >= ITEM_SIZE)
		return false;
	memcpy(item, text, (size_t)(dash - text));
	item[dash - text] = 0;
	return is_v4(item, first) && is_v4(dash + 1, last) && first->lo <= last->lo;
}

bool addrs_are_range(const char *text)
{
	struct addr first, last;

	return !*text || range_of(text, &first, &last);
}

bool addrs_range_within(const char *text, const struct flow_lan *lan)
{
	struct addr first, last;

	if (!range_of(text, &first, &last))
		return true;
	for (unsigned i = 0; i < lan->count; i++)
		if (prefix_has(&lan->prefix[i], first) &&
		    prefix_has(&lan->prefix[i], last))
			return true;
	return false;
}

bool addrs_are_nat(const char *text)
{
	struct addr a;

	return strcasecmp(text, "masquerade") == 0 || strcasecmp(text, "off") == 0 ||
	       is_v4(text, &a);
}
