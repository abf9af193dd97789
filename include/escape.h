/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_ESCAPE_H
#define NFCLASS_ESCAPE_H

#include <stdbool.h>
#include <stdio.h>

/* Text from outside (a label out of a model file, a folder's name) inside of our own
 * lines: it must not end the line, the value or the terminal's good temper. */
enum escape {
	ESCAPE_JSON,  /* inside "": RFC 8259; what is not UTF-8 becomes U+FFFD */
	ESCAPE_KV,    /* inside "": \" \\ and \xHH */
	ESCAPE_ANGLE, /* inside <>: \\ and \xHH */
	ESCAPE_XML,   /* inside of elements and "": entities */
};

#define ESCAPE_SIZE 16

/* Write the next character of *s, as it stands in that place, and step over it; false at
 * the end of *s. */
bool escape_next(const char **s, enum escape how, char out[static ESCAPE_SIZE]);

/* Whether a reader of key=value that splits at blanks and '=' gets s right without "". */
bool escape_is_bare(const char *s);

/* All of s, as it stands in that place. */
void escape_put(const char *s, enum escape how, FILE *out);

#endif
