/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MOST_WORDS 6

static const char *const verb_names[] = {
	[REQUEST_STATUS] = "status",
	[REQUEST_TOP] = "top",
	[REQUEST_RELOAD] = "reload",
};

/* Words stand one blank apart.  How many there are; MOST_WORDS + 1 for more. */
static unsigned split(char *line, const char *word[MOST_WORDS])
{
	unsigned n = 0;
	char *next;

	while ((next = strsep(&line, " "))) {
		if (n == MOST_WORDS)
			return MOST_WORDS + 1;
		word[n++] = next;
	}
	return n;
}

static bool parse_number(const char *text, uint32_t most, uint32_t *v)
{
	uint64_t n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > most)
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
	}
	if (n > most)
		return false;
	*v = (uint32_t)n;
	return true;
}

static bool parse_form(const char *text, bool *json)
{
	*json = strcmp(text, "json") == 0;
	return *json || strcmp(text, "text") == 0;
}

/* What follows "nfclass VERSION". */
static bool parse_words(const char *const *word, unsigned n, struct request *r)
{
	*r = (struct request){ .verb = REQUEST_STATUS };
	while (strcmp(word[0], verb_names[r->verb]) != 0) {
		if (r->verb == REQUEST_RELOAD)
			return false;
		r->verb++;
	}
	switch (r->verb) {
	case REQUEST_STATUS:
		return n == 2 && parse_form(word[1], &r->json);
	case REQUEST_TOP:
		return n == 4 && parse_form(word[1], &r->json) &&
		       parse_number(word[2], REQUEST_MOST_ROWS, &r->rows) &&
		       parse_number(word[3], REQUEST_MOST_SECONDS, &r->seconds) &&
		       r->rows > 0 && r->seconds > 0;
	case REQUEST_RELOAD:
		return n == 1;
	}
	return false;
}

int request_parse(const char *line, struct request *r, struct fault *f)
{
	const char *word[MOST_WORDS] = { "" };
	char copy[REQUEST_SIZE];
	uint32_t version;
	unsigned n;

	(void)snprintf(copy, sizeof(copy), "%s", line); /* lines are shorter */
	n = split(copy, word);
	if (n < 3 || n > MOST_WORDS || strcmp(word[0], "nfclass") != 0 ||
	    !parse_number(word[1], UINT32_MAX, &version))
		return fault_set(f, -EINVAL,
		                 "not a request: allowed is nfclass %d REQUEST",
		                 REQUEST_VERSION);
	if (version != REQUEST_VERSION)
		return fault_set(f, -EINVAL,
		                 "version %" PRIu32 " of requests: this is nfclassd "
		                 "%s, which knows version %d",
		                 version, NFCLASS_VERSION, REQUEST_VERSION);
	if (!parse_words(word + 2, n - 2, r))
		return fault_set(f, -EINVAL,
		                 "no such request: allowed is status text|json, top "
		                 "text|json ROWS SECONDS (up to %d and %d) or reload",
		                 REQUEST_MOST_ROWS, REQUEST_MOST_SECONDS);
	return 0;
}

void request_line(const struct request *r, char buf[static REQUEST_SIZE])
{
	const char *form = r->json ? "json" : "text";

	switch (r->verb) {
	case REQUEST_STATUS:
		(void)snprintf(buf, REQUEST_SIZE, "nfclass %d status %s\n",
		               REQUEST_VERSION, form);
		return;
	case REQUEST_TOP:
		(void)snprintf(buf, REQUEST_SIZE,
		               "nfclass %d top %s %" PRIu32 " %" PRIu32 "\n",
		               REQUEST_VERSION, form, r->rows, r->seconds);
		return;
	case REQUEST_RELOAD:
		(void)snprintf(buf, REQUEST_SIZE, "nfclass %d reload\n", REQUEST_VERSION);
		return;
	}
}

void reply_line(const struct reply *r, char buf[static REQUEST_SIZE])
{
	(void)snprintf(buf, REQUEST_SIZE, "nfclass %d %s %" PRIu32 "\n", REQUEST_VERSION,
	               r->ok ? "ok" : "refused", r->len);
}

/* An older daemon says that it does not know the version, in the form of its own. */
bool reply_parse(const char *line, struct reply *r)
{
	const char *word[MOST_WORDS];
	char copy[REQUEST_SIZE];
	uint32_t version;

	(void)snprintf(copy, sizeof(copy), "%s", line); /* lines are shorter */
	if (split(copy, word) != 4 || strcmp(word[0], "nfclass") != 0 ||
	    !parse_number(word[1], UINT32_MAX, &version) ||
	    !parse_number(word[3], INT32_MAX, &r->len))
		return false;
	r->ok = version == REQUEST_VERSION && strcmp(word[2], "ok") == 0;
	return r->ok || strcmp(word[2], "refused") == 0;
}
