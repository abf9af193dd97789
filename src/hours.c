/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hours.h"

#include <string.h>
#include <strings.h>

#define DAY_MIN 1440

static const char *const day_names[] = {
	"sun", "mon", "tue", "wed", "thu", "fri", "sat"
};

static bool parse_day(const char **at, unsigned *day)
{
	for (*day = 0; *day < 7; ++*day) {
		if (strncasecmp(*at, day_names[*day], 3) == 0) {
			*at += 3;
			return true;
		}
	}
	return false;
}

bool hours_parse_days(const char *text, struct hours *h)
{
	uint8_t days = 0;
	unsigned day, last;

	do {
		if (!parse_day(&text, &day))
			return false;
		last = day;
		if (*text == '-') {
			text++;
			if (!parse_day(&text, &last))
				return false;
		}
		for (days |= (uint8_t)(1 << last); day != last; day = (day + 1) % 7)
			days |= (uint8_t)(1 << day);
	} while (*text++ == ',');
	if (text[-1])
		return false;
	h->days = days;
	return true;
}

static bool parse_minute(const char *text, unsigned *minute)
{
	for (int i = 0; i < 5; i++)
		if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9')
			return false;
	*minute = (unsigned)((text[0] - '0') * 10 + text[1] - '0') * 60 +
	          (unsigned)((text[3] - '0') * 10 + text[4] - '0');
	return text[3] < '6' && *minute <= DAY_MIN;
}

bool hours_parse_span(const char *text, struct hours *h)
{
	unsigned from, to;

	if (!parse_minute(text, &from) || text[5] != '-' ||
	    !parse_minute(text + 6, &to) || text[11])
		return false;
	if (to == 0)
		to = DAY_MIN;
	if (from == to || from == DAY_MIN)
		return false;
	h->from_min = (uint16_t)from;
	h->to_min = (uint16_t)to;
	return true;
}

bool hours_hold(const struct hours *h, struct hours_wall now)
{
	unsigned yesterday = (now.day + 6) % 7;
	bool today = h->days >> now.day & 1;

	if (h->from_min < h->to_min)
		return today && now.minute >= h->from_min && now.minute < h->to_min;
	return (today && now.minute >= h->from_min) ||
	       (h->days >> yesterday & 1 && now.minute < h->to_min);
}

bool hours_cover(const struct hours *h, const struct hours *other)
{
	for (unsigned m = 0; m < HOURS_WEEK_MIN; m++)
		if (hours_hold(other, hours_minute(m)) && !hours_hold(h, hours_minute(m)))
			return false;
	return true;
}

void hours_print(const struct hours *h, FILE *out)
{
	const char *between = " days ";

	for (unsigned day = 0; h->days != HOURS_ALL.days && day < 7; day++) {
		if (!(h->days >> day & 1))
			continue;
		fprintf(out, "%s%s", between, day_names[day]);
		between = ",";
	}
	if (h->from_min == 0 && h->to_min == DAY_MIN)
		return;
	fprintf(out, " hours %02u:%02u-%02u:%02u", h->from_min / 60U, h->from_min % 60U,
	        h->to_min / 60U, h->to_min % 60U);
}
