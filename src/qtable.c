/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qtable.h"

#include <stdio.h>
#include <string.h>

bool qtable_find(const char *text, unsigned number, struct qtable_row *row)
{
	unsigned v[8]; /* number port waiting mode range dropped dropped sequence */

	while (text && *text) {
		if (sscanf(text, "%u %u %u %u %u %u %u %u", &v[0], &v[1], &v[2], &v[3],
		           &v[4], &v[5], &v[6], &v[7]) == 8 &&
		    v[0] == number) {
			*row = (struct qtable_row){ .port = v[1],
				                    .waiting = v[2],
				                    .queue_dropped = v[5],
				                    .user_dropped = v[6],
				                    .queued = v[7] };
			return true;
		}
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return false;
}
