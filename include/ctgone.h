/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CTGONE_H
#define NFCLASS_CTGONE_H

#include "ctsock.h"

/* Connections that end, as the kernel tells of them: with their last counters.  It tells
 * only of those that began while somebody listened, and loses what is not read in time.
 */
struct ctgone;

/* Those with any bit of mask in their mark.  NULL with *f filled on failure.  Ended by
 * ctgone_free(), which takes NULL. */
struct ctgone *ctgone_new(uint32_t mask, struct fault *f);
void ctgone_free(struct ctgone *g);

/* For poll(). */
int ctgone_fd(const struct ctgone *g);

/* The next that ended, without waiting; false when there is none. */
bool ctgone_next(struct ctgone *g, struct ctmsg_entry *e);

/* Times that some were lost. */
uint64_t ctgone_lost(const struct ctgone *g);

#endif
