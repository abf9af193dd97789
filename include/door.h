/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_DOOR_H
#define NFCLASS_DOOR_H

#include <stdbool.h>
#include <sys/stat.h>

#include "fault.h"

/* A listening Unix socket in the file system, unix(7). */
struct door {
	int fd;
	const char *path; /* borrowed */
	dev_t dev;        /* of the socket's file, to know it by */
	ino_t ino;
};

struct door_params {
	const char *path;  /* borrowed until door_close() */
	mode_t mode;       /* who may connect */
	const char *group; /* the file's, by name or number; "" as it comes */
};

/* Make it; its folder too, when only that is missing.  What an ended program left there
 * is replaced; where somebody answers, or something else is there, it is refused.  For a
 * process that has no other threads yet.  0, or -errno with *f filled. */
int door_open(struct door *d, const struct door_params *p, struct fault *f);

/* Close it, and remove the file if it is still this one and we may: else the next who
 * wants the place replaces it. */
void door_close(struct door *d);

/* Connect to one: the descriptor, which waits for the other side no longer than this at a
 * time, or -errno with *f filled. */
#define DOOR_WAIT_S 30
int door_connect(const char *path, struct fault *f);

#endif
