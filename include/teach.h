/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TEACH_H
#define NFCLASS_TEACH_H

#include "forest.h"

/* What a forest is to be taught of labelled rows. */

/* Traces hold burst-flows that are not their app's: name lookups, what the system and its
 * services send under any of them.  Trees that know nothing of a trace do not give these
 * to its app, and to learn them as that app teaches what no other trace bears out. */
enum teach_noise {
	TEACH_KEEP, /* learn all the same */
	TEACH_DROP, /* leave them out */
	/* Learn them as a class of their own that is no app: Taylor, Spolaor, Conti and
	 * Martinovic, "AppScanner: automatic fingerprinting of smartphone apps from
	 * encrypted network traffic", 2016. */
	TEACH_AMBIGUOUS
};

bool teach_noise_parse(const char *name, enum teach_noise *n); /* "keep", ... */
const char *teach_noise_name(enum teach_noise n);

struct teach_params {
	enum teach_noise noise;
	uint32_t packets; /* burst-flows with fewer are left out */
};

/* Parameters for a forest to be asked for what its trees have not seen, and then thrown
 * away: they draw whole traces, and half as many suffice. */
struct forest_params teach_unseen(const struct forest_params *p);

/* By row of the list, as struct forest_params wants it. */
struct taught {
	uint32_t *is;  /* to be ended by free(); NULL when all rows are what they say */
	size_t others; /* rows that are not learned as what they say */
};

/* What a forest with parameters p is to be taught; of a class of which nothing would be
 * left all rows are kept.  0 or -errno with *f filled; t->is is the caller's in either
 * case. */
int teach_rows(struct taught *t, const struct forest_rows *rows,
               const struct forest_params *p, const struct teach_params *how,
               struct fault *f);

#endif
