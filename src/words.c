/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "words.h"

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

void words_print(const char *word, FILE *out)
{
	fprintf(out, strpbrk(word, BLANKS) ? "\"%s\"" : "%s", word);
}
