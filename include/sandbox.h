/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_SANDBOX_H
#define NFCLASS_SANDBOX_H

#include <stdbool.h>

#include "fault.h"
#include "user.h"

/* What a daemon at work must not be able to do, whatever a packet or a peer makes of it.
 */

struct sandbox {
	struct user user;
	bool confine;         /* seccomp and Landlock, too */
	const char *log_file; /* opened again by this path, or "" for none */
	const char *socket;   /* removed in the end, from its folder, or "" for none */
	struct fault fence;   /* why there is none */
};

/* Before there are threads: become the user, with CAP_NET_ADMIN alone, no way to get
 * more, and no core dumps or tracers of the same user; and fence_close().  What the
 * system refuses is warned of, and we go on without: a gateway that classifies matters
 * more. */
void sandbox_enter(struct sandbox *s);

/* When all threads are there: sieve_load() for each of them. */
void sandbox_seal(const struct sandbox *s);

#endif
