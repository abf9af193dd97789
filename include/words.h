/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_WORDS_H
#define NFCLASS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The words of a setting's value, blanks between them; one that holds blanks stands in
 * double quotes.  And names, which are words that the owner of a file chose. */

#define WORDS_SIZE 64

enum words_result { WORDS_ONE, WORDS_END, WORDS_BAD };

/* The next word from *at on, which moves behind it.  WORDS_BAD: it is longer than any
 * may be, or its quote has no end. */
enum words_result words_next(const char **at, char word[static WORDS_SIZE]);

/* What may name something: 1 to 63 bytes, none of them a quote, backslash, control
 * character or ; # = : , [ ], and no blank first or last. */
#define WORDS_NAME_ALLOWED "1 to 63 bytes without quotes, \\ ; # = : , [ ]"
bool words_is_name(const char *text);

/* So many letters have to be changed, put in or left out to make one of the other; case
 * makes no difference.  Of words, so longer texts are as far off as can be. */
unsigned words_distance(const char *a, const char *b);

/* In quotes where it needs them. */
void words_print(const char *word, FILE *out);

#endif
