/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_SIEVE_H
#define NFCLASS_SIEVE_H

#include "fault.h"

/* The system calls that a daemon at work may make: seccomp(2).  Any other fails with
 * EPERM and is told of in the kernel's log (audit, type 1326), so that one we forgot
 * costs what it was for and not the gateway.  No program can be started, no process but
 * threads of our own, nobody traced or sent signals, no module loaded, nothing mounted,
 * no user changed, no socket made but those of unix(7) and of netlink's families that we
 * use. */

/* For all threads, for good; after PR_SET_NO_NEW_PRIVS.  0; -ENOSYS when the kernel
 * cannot; another -errno with *f filled. */
int sieve_load(struct fault *f);

#endif
