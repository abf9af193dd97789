/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CTCLEAR_H
#define NFCLASS_CTCLEAR_H

#include "fault.h"

#include <stdint.h>

/* Clear these bits in the marks of all connections there are, of whatever protocol;
 * *connections is how many had some.  0, or -errno with *f filled when one still has
 * them. */
int ctclear(uint32_t mask, uint64_t *connections, struct fault *f);

#endif
