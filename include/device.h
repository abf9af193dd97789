/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_DEVICE_H
#define NFCLASS_DEVICE_H

#include <stdio.h>

#include "packet.h"
#include "words.h"

/* A client, known by its addresses, by its network or by its network card. */

struct mac {
	uint8_t byte[6];
};

#define DEVICE_KEYS 4
#define DEVICE_ALLOWED                                                                   \
	"up to 4 of ADDRESS, ADDRESS/BITS or MAC (aa:bb:cc:dd:ee:ff), and commas"

struct device {
	char name[WORDS_SIZE]; /* "" for one that a rule gives itself */
	unsigned prefixes, macs;
	struct prefix prefix[DEVICE_KEYS];
	struct mac mac[DEVICE_KEYS];
};

/* All but the name.  false when text is not what DEVICE_ALLOWED says. */
bool device_parse(const char *text, struct device *d);
void device_print(const struct device *d, FILE *out);

/* Is every client that other is, d as well, whatever its addresses and its card? */
bool device_covers(const struct device *d, const struct device *other);

/* Is it the client at this address?  mac is NULL when it is not known. */
bool device_is(const struct device *d, struct addr a, const struct mac *mac);

#endif
