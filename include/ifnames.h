/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_IFNAMES_H
#define NFCLASS_IFNAMES_H

#include <stdint.h>

#include "fault.h"

/* Names of network interfaces by their indices, kept up to date by the kernel. */
struct ifnames;

#define IFNAMES_SIZE 16

/* NULL with *f filled on failure.  Ended by ifnames_free(), which takes NULL. */
struct ifnames *ifnames_new(struct fault *f);
void ifnames_free(struct ifnames *n);

/* For poll(); when it is readable call ifnames_read(). */
int ifnames_fd(const struct ifnames *n);
void ifnames_read(struct ifnames *n);

/* "" when there is no such interface. */
void ifnames_name(struct ifnames *n, uint32_t index, char name[static IFNAMES_SIZE]);

#endif
