/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CTLIST_H
#define NFCLASS_CTLIST_H

#include "ctsock.h"

/* The kernel's list of connections, told one by one. */
struct ctlist;

/* Who is told of a connection. */
struct ctlist_eye {
	void (*see)(void *self, const struct ctmsg_entry *e);
	void *self;
};

/* NULL with *f filled on failure.  Ended by ctlist_free(), which takes NULL. */
struct ctlist *ctlist_new(struct fault *f);
void ctlist_free(struct ctlist *l);

/* Tell of all TCP and UDP connections with such a mark, of any with a mask of 0; here and
 * below, of one that comes or goes meanwhile, perhaps.  The kernel looks through its
 * whole table, a few milliseconds, and takes about eight microseconds for each that it
 * tells of.  0 or -errno. */
int ctlist_marked(struct ctlist *l, struct ctmsg_mark mark, struct ctlist_eye eye);

/* Tell of every connection, of whatever protocol: of one that is neither TCP nor UDP the
 * ends are not known. */
int ctlist_every(struct ctlist *l, struct ctlist_eye eye);

/* Tell of those that FORWARD sees as from client to server, whatever NAT makes of them:
 * one as a rule.  The kernel looks through its whole table.  0 or -errno. */
int ctlist_find(struct ctlist *l, const struct flow_ends *ends, struct ctlist_eye eye);

#endif
