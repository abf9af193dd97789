/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_SETTING_H
#define NFCLASS_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "fault.h"

/* One typed setting of an ini file: its default, what is allowed, and where in the
 * caller's struct its value stands. */

enum setting_type {
	SETTING_U32,    /* a uint32_t, in decimal */
	SETTING_BITS,   /* a uint32_t, in hexadecimal: 0x0f000000 */
	SETTING_RATE,   /* a uint64_t in bits per second, 0 when it is not given */
	SETTING_BOOL,   /* a bool: yes or no, on or off */
	SETTING_CHOICE, /* an unsigned: which of words */
	SETTING_TEXT,   /* a char[SETTING_TEXT_SIZE] */
};

#define SETTING_TEXT_SIZE 256

/* What a number's slot holds when its word was given instead. */
#define SETTING_WORD      UINT32_MAX

struct setting {
	const char *section, *key;
	enum setting_type type;
	size_t at;                /* offset of the value */
	const char *standard;     /* the default, as a file would say it */
	const char *const *words; /* ended by NULL; of a number: NULL or its one word */
	uint32_t min, max;        /* of a number */
	bool (*good)(const char *text); /* of a text */
	const char *allowed;            /* of a text: what is good, in words */
	bool fixed;                     /* takes a restart to change */
};

/* Read value into base's slot.  -EINVAL with key, value and what is allowed in f. */
int setting_parse(const struct setting *s, const char *value, void *base,
                  struct fault *f);

/* "key = value" and a line end: setting_parse() of it gives the same value. */
void setting_print(const struct setting *s, const void *base, FILE *out);

bool setting_equal(const struct setting *s, const void *a, const void *b);

#endif
