/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "words.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#define BLANKS " \t"

enum words_result words_next(const char **at, char word[static WORDS_SIZE])
{
	const char *start = *at + strspn(*at, BLANKS);
	bool quoted = *start == '"';
	size_t len;

	if (!*start)
		return WORDS_END;
	start += quoted;
	len = strcspn(start, quoted ? "\"" : BLANKS);
	if (len >= WORDS_SIZE || (quoted && !start[len]))
		return WORDS_BAD;
	memcpy(word, start, len);
	word[len] = 0;
	*at = start + len + quoted;
	return WORDS_ONE;
}

bool words_is_name(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len >= WORDS_SIZE || strchr(BLANKS, text[0]) ||
	    strchr(BLANKS, text[len - 1]))
		return false;
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f || strchr("\"'\\;#=:,[]", *p))
			return false;
	return true;
}

static unsigned least_of(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/* Row by row of the table of Wagner and Fischer, "The string-to-string correction
 * problem", 1974; here row[j] is of the letters of a so far and the first j of b. */
unsigned words_distance(const char *a, const char *b)
{
	size_t len = strlen(b);
	unsigned row[WORDS_SIZE];

	if (strlen(a) >= WORDS_SIZE || len >= WORDS_SIZE)
		return UINT_MAX;
	for (size_t j = 0; j <= len; j++)
		row[j] = (unsigned)j;
	for (; *a; a++) {
		unsigned corner = row[0]++;

		for (size_t j = 1; j <= len; j++) {
			unsigned same = tolower((unsigned char)*a) ==
			                tolower((unsigned char)b[j - 1]);
			unsigned here =
				least_of(row[j] + 1, row[j - 1] + 1, corner + !same);

			corner = row[j];
			row[j] = here;
		}
	}
	return row[len];
}

void words_print(const char *word, FILE *out)
{
	fprintf(out, strpbrk(word, BLANKS) ? "\"%s\"" : "%s", word);
}
