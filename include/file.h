/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_FILE_H
#define NFCLASS_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

/* A whole file (at most 2 GiB) into memory, ended by free(), with a NUL behind the last
 * byte; path "-" is standard input.  0 or -errno with f filled, the path named in it. */
int file_read(const char *path, uint8_t **data, size_t *len, struct fault *f);

/* Replace path by these bytes: written beside it, synced and renamed, so that a reader
 * sees the old file or the new one.  0 or -errno with f filled. */
int file_write(const char *path, const void *data, size_t len, struct fault *f);

#endif
