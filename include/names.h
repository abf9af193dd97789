/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_NAMES_H
#define NFCLASS_NAMES_H

#include <stdint.h>

/* Names numbered 0, 1, ... in the order of their addition.  All zero is the empty set. */
struct names {
	char **name;
	uint32_t count, room;
	uint32_t *slot; /* open addressing over numbers + 1 */
	uint32_t slots;
};

#define NAMES_NONE UINT32_MAX

/* The number of name, copied and added when new; NAMES_NONE when memory is short. */
uint32_t names_add(struct names *n, const char *name);

/* NAMES_NONE when absent. */
uint32_t names_find(const struct names *n, const char *name);

void names_clear(struct names *n);

#endif
