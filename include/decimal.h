/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_DECIMAL_H
#define NFCLASS_DECIMAL_H

#include <stdint.h>

/* Numbers as text, where printf would be most of the work. */
#define DECIMAL_SIZE 32 /* enough for any of them, with the NUL that may follow */

/* Write v's decimal at to, without NUL; returns its end. */
char *decimal_u64(char *to, uint64_t v);

/* The shortest decimal of six to nine digits that reads back to v, in the form of %g:
 * zeros at the end are left out. */
char *decimal_float(char *to, float v);

#endif
