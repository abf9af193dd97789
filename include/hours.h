/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_HOURS_H
#define NFCLASS_HOURS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Hours of days of the week, by the clock on the wall.  Where summer time begins, an hour
 * of it does not come; where it ends, one comes twice and counts both times. */

struct hours {
	uint8_t days;              /* bit 0 is Sunday */
	uint16_t from_min, to_min; /* since midnight; to: 1 to 1440, and not from */
};

/* A moment of the week. */
struct hours_wall {
	unsigned day, minute; /* 0 is Sunday; since midnight */
};

/* All of them, from Sunday's first on. */
#define HOURS_WEEK_MIN (7 * 24 * 60)
static inline struct hours_wall hours_minute(unsigned of_week)
{
	return (struct hours_wall){ of_week / (24 * 60), of_week % (24 * 60) };
}

#define HOURS_ALL          ((struct hours){ 0x7f, 0, 1440 })
#define HOURS_DAYS_ALLOWED "days like mon-fri,sun"
#define HOURS_SPAN_ALLOWED "HH:MM-HH:MM, from 00:00 to 24:00, over midnight too"

/* "mon-fri,sun"; a range may go over the week's end.  false when it is none. */
bool hours_parse_days(const char *text, struct hours *h);

/* "18:00-24:00", "22:30-06:00". */
bool hours_parse_span(const char *text, struct hours *h);

/* What goes over midnight belongs to the day on which it began. */
bool hours_hold(const struct hours *h, struct hours_wall now);

/* Does h hold whenever other does? */
bool hours_cover(const struct hours *h, const struct hours *other);

/* " days mon-fri hours 18:00-24:00": what is not always. */
void hours_print(const struct hours *h, FILE *out);

#endif
