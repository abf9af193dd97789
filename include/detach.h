/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_DETACH_H
#define NFCLASS_DETACH_H

#include "fault.h"

/* Becoming a daemon in two steps, so that whoever started us learns from the exit code
 * whether we run. */

/* Go on in a child of a session of its own; the parent waits, and ends here: with 0 after
 * the child's detach_done(), with 1 when the child ended before.  The child's end of the
 * line, or -errno with *f filled. */
int detach_begin(struct fault *f);

/* Leave the terminal and the folder behind, and let the parent go. */
void detach_done(int line);

/* Write our process number into path and hold it locked, so that there is one of us.  The
 * open file, or -errno with *f filled. */
int detach_pidfile(const char *path, struct fault *f);

/* Empty it at the end: its folder is not ours to remove it from. */
void detach_pidfile_clear(int fd);

#endif
