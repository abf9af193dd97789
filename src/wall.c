/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wall.h"

struct hours_wall wall_at(time_t t, unsigned *second)
{
	struct tm tm = { .tm_sec = 0 };

	tzset(); /* the zone may have been changed; localtime_r() need not look */
	(void)localtime_r(&t, &tm); /* no time of these ages is out of its range */
	*second = (unsigned)tm.tm_sec;
	return (struct hours_wall){ (unsigned)tm.tm_wday,
		                    (unsigned)(tm.tm_hour * 60 + tm.tm_min) };
}
