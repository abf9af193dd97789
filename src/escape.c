/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "escape.h"

#include <stdint.h>
#include <string.h>

/* How many bytes the UTF-8 character at s has (RFC 3629), with *code filled; 0 when it is
 * none.  The NUL behind the text is no continuation byte: we never read past it. */
static unsigned utf8_len(const char *s, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t c = (uint8_t)*s;
	unsigned len = c < 0x80       ? 1
	               : c >> 5 == 6  ? 2
	               : c >> 4 == 14 ? 3
	               : c >> 3 == 30 ? 4
	                              : 0;

	if (len < 2) {
		*code = c;
		return len;
	}
	*code = c & (0x7fU >> len);
	for (unsigned i = 1; i < len; i++) {
		if (((uint8_t)s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((uint8_t)s[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff || *code >> 11 == 0xd800 >> 11)
		return 0;
	return len;
}

static const char *special(uint32_t code, enum escape how)
{
	switch (how) {
	case ESCAPE_JSON:
	case ESCAPE_KV:
		return code == '"' ? "\\\"" : code == '\\' ? "\\\\" : NULL;
	case ESCAPE_ANGLE:
		return code == '\\' ? "\\\\" : NULL;
	case ESCAPE_XML:
		return code == '<'   ? "&lt;"
		       : code == '>' ? "&gt;"
		       : code == '&' ? "&amp;"
		       : code == '"' ? "&quot;"
		                     : NULL;
	}
	return NULL;
}

/* Controls of ASCII and of Latin-1, which terminals obey, too. */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

static void put_hex(const char *s, unsigned len, char out[static ESCAPE_SIZE])
{
	for (unsigned i = 0; i < len; i++)
		(void)snprintf(out + (size_t)4 * i, 5, "\\x%02x", (uint8_t)s[i]);
}

bool escape_next(const char **s, enum escape how, char out[static ESCAPE_SIZE])
{
	const char *at = *s, *word;
	uint32_t code;
	unsigned len = utf8_len(at, &code);
	bool bad = len == 0 || is_control(code) ||
	           (how == ESCAPE_ANGLE && (code == '<' || code == '>'));

	if (!*at)
		return false;
	*s += len ? len : 1;
	memset(out, 0, ESCAPE_SIZE);
	word = len ? special(code, how) : NULL;
	if (word)
		memcpy(out, word, strlen(word));
	else if (!bad)
		memcpy(out, at, len);
	else if (how == ESCAPE_JSON)
		(void)snprintf(out, ESCAPE_SIZE, "\\u%04x", len ? code : 0xfffd);
	else if (how == ESCAPE_XML)
		memcpy(out, "\xef\xbf\xbd", 3); /* U+FFFD: XML has no form for these */
	else
		put_hex(at, len ? len : 1, out);
	return true;
}

bool escape_is_bare(const char *s)
{
	bool bare = *s != 0;

	for (; *s; s++)
		bare &= (unsigned char)*s > ' ' && (unsigned char)*s < 0x7f &&
		        !strchr("\"\\=", *s);
	return bare;
}

void escape_put(const char *s, enum escape how, FILE *out)
{
	char part[ESCAPE_SIZE];

	while (escape_next(&s, how, part))
		fputs(part, out);
}
