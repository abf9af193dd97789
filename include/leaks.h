/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_LEAKS_H
#define NFCLASS_LEAKS_H

#include "holdout.h"

/* How knowledge of what is judged can get into what judges it, by other ways than traces
 * that are torn apart. */

/* What names a trace by its content, digest[trace of d], whatever its label and file are
 * called: the same bursts, cut alike, have the same; 0 for a trace without rows. */
void leaks_digests(const struct dataset *d, uint64_t *digest);

/* Traces to judge that are learned from as well: by content, or by half, since the same
 * client was recorded at the same time.  Of each kind how many, and one of them with the
 * trace that knows it. */
struct leak {
	uint32_t count, judged, learned;
};
struct leaks {
	struct leak same, overlap;
};

/* 0 or -ENOMEM. */
int leaks_find(struct leaks *l, const struct dataset *d, const struct holdout *h);

/* How many of count digests a model remembers: each of its notes ("KEY=VALUE", key
 * LEAKS_KEY) holds the LEAKS_DIGITS low hex digits of traces that it learned from. */
#define LEAKS_KEY    "seen"
#define LEAKS_DIGITS 10
size_t leaks_known(const struct names *notes, const uint64_t *digest, size_t count);

bool leaks_is_note(const char *note);

/* Add such notes for the traces of d, as many as have room.  0 or -ENOMEM. */
int leaks_note(struct names *notes, const struct dataset *d);

#endif
