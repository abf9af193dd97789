/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_FENCE_H
#define NFCLASS_FENCE_H

#include <stddef.h>

#include "fault.h"

/* No file can be made, opened for writing, executed or removed but where we say, whatever
 * its mode and whoever we are: Landlock, see landlock(7).  Reading, and what is open
 * already, is left alone. */

enum fence_right {
	FENCE_WRITE = 1,  /* open to write */
	FENCE_MAKE = 2,   /* make plain files, which takes a folder */
	FENCE_REMOVE = 4, /* remove files there, the same */
};

struct fence_gap {
	const char *path; /* of a folder, which stands for all in it, or of a file */
	unsigned rights;
};

/* For this thread and those that it starts, for good; after PR_SET_NO_NEW_PRIVS.  A gap
 * whose path is not there is none.  0; -ENOSYS when the kernel cannot; another -errno
 * with *f filled. */
int fence_close(const struct fence_gap *gap, size_t gaps, struct fault *f);

#endif
