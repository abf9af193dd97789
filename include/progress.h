/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_PROGRESS_H
#define NFCLASS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "mono.h"

/* One line on a terminal that says how far long work is: from the first second on, a few
 * times a second; nothing at all when stderr is no terminal. */
struct progress {
	const char *what;
	uint64_t done, all;
	struct mono next; /* when to say something again */
	bool on, shown;
};

/* what is borrowed for as long as p is used. */
void progress_begin(struct progress *p, const char *what);
void progress_at(struct progress *p, uint64_t done, uint64_t all);

/* How far the one that comes after those done is. */
void progress_packets(struct progress *p, uint64_t packets);

/* Take the line away again; needed before anything else is written to the terminal. */
void progress_clear(struct progress *p);

#endif
