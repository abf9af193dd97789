/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_WALL_H
#define NFCLASS_WALL_H

#include <time.h>

#include "hours.h"

/* The clock on the wall, in the time zone of TZ or else of /etc/localtime.  The packet
 * filter's own time match knows but UTC, or the one offset that the kernel was told when
 * it started, and is an hour off for half of the year. */

/* The moment of the week at t; seconds into its minute go to *second. */
struct hours_wall wall_at(time_t t, unsigned *second);

#endif
