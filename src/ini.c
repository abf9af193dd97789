/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iniparser reads the values, but it tells no lines and no order, makes all keys lower
 * case and lets much pass.  So the file is first looked at line by line; of what passes
 * there, iniparser and we have the same understanding. */
#include "ini.h"

#include <ctype.h>
#include <errno.h>
#include <iniparser/iniparser.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "file.h"

#define MOST_IN_LINE 1000 /* iniparser takes 1024 with the line's end */
#define MOST_ENTRIES 4096

void ini_clear(struct ini *ini)
{
	for (size_t i = 0; i < ini->count; i++) {
		free(ini->entry[i].section);
		free(ini->entry[i].key);
		free(ini->entry[i].value);
	}
	free(ini->entry);
	*ini = (struct ini){ 0 };
}

static const struct ini_entry *find(const struct ini *ini, const char *section,
                                    const char *key)
{
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_entry *e = &ini->entry[i];

		if (e->key && strcasecmp(e->key, key) == 0 &&
		    strcasecmp(e->section, section) == 0)
			return e;
	}
	return NULL;
}

unsigned ini_line(const struct ini *ini, const char *section, const char *key)
{
	const struct ini_entry *e = find(ini, section, key);

	return e ? e->line : 0;
}

static bool make_room(struct ini *ini)
{
	size_t room = ini->room ? 2 * ini->room : 64;
	struct ini_entry *more;

	if (ini->count < ini->room)
		return true;
	more = realloc(ini->entry, room * sizeof(*more));
	if (!more)
		return false;
	ini->entry = more;
	ini->room = room;
	return true;
}

static int add(struct ini *ini, const char *section, const char *key, struct fault *f)
{
	struct ini_entry *e;

	if (ini->count == MOST_ENTRIES)
		return fault_set(f, -EINVAL, "there are more than %d keys", MOST_ENTRIES);
	if (!make_room(ini))
		return fault_set(f, -ENOMEM, "out of memory");
	e = &ini->entry[ini->count++];
	*e = (struct ini_entry){ .section = strdup(section),
		                 .key = key ? strdup(key) : NULL };
	if (!e->section || (key && !e->key))
		return fault_set(f, -ENOMEM, "out of memory");
	return 0;
}

static char *strip(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = 0;
	return text + strspn(text, " \t\r\n\v\f");
}

/* "[name]" and nothing more: what iniparser reads into name, we do. */
static int scan_section(struct ini *ini, char *line, struct fault *f)
{
	size_t len = strlen(line);

	if (line[len - 1] != ']' || strcspn(line, "]") != len - 1)
		return fault_set(f, -EINVAL, "'%.80s' is not [section]", line);
	line[len - 1] = 0;
	return add(ini, strip(line + 1), NULL, f);
}

static int scan_key(struct ini *ini, char *line, struct fault *f)
{
	char *equals = strchr(line, '=');
	const char *key, *section;
	unsigned before;

	if (!equals || equals == line)
		return fault_set(f, -EINVAL, "'%.80s' is not key = value", line);
	*equals = 0;
	key = strip(line);
	if (ini->count == 0)
		return fault_set(f, -EINVAL, "key '%.80s' stands before any [section]",
		                 key);
	section = ini->entry[ini->count - 1].section;
	before = ini_line(ini, section, key);
	if (before)
		return fault_set(f, -EINVAL,
		                 "[%.80s] %.80s is given twice, first in line %u",
		                 section, key, before);
	return add(ini, section, key, f);
}

static int scan_line(struct ini *ini, char *line, struct fault *f)
{
	if (strlen(line) > MOST_IN_LINE)
		return fault_set(f, -EINVAL, "the line is longer than %d bytes",
		                 MOST_IN_LINE);
	line = strip(line);
	if (!*line || *line == '#' || *line == ';')
		return 0;
	if (line[strlen(line) - 1] == '\\')
		return fault_set(f, -EINVAL, "a line cannot be continued by \\");
	return *line == '[' ? scan_section(ini, line, f) : scan_key(ini, line, f);
}

int ini_fault(const struct ini *ini, unsigned line, int err, struct fault *f)
{
	char where[300];

	if (line == 0)
		return fault_prefix(f, err, ini->path);
	(void)snprintf(where, sizeof(where), "%s:%u", ini->path, line);
	return fault_prefix(f, err, where);
}

static int scan(struct ini *ini, char *text, struct fault *f)
{
	unsigned number = 1;

	for (char *line = text; *line; number++) {
		char *end = line + strcspn(line, "\n");
		char *next = *end ? end + 1 : end;
		size_t count = ini->count;
		int err;

		*end = 0;
		err = scan_line(ini, line, f);
		if (err)
			return ini_fault(ini, number, err, f);
		if (ini->count > count)
			ini->entry[count].line = number;
		line = next;
	}
	return 0;
}

/* iniparser would print to stderr.  What it could complain of was told before. */
__attribute__((format(printf, 1, 2))) static int hush(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}

static int take_values(struct ini *ini, const dictionary *d, struct fault *f)
{
	char name[2 * MOST_IN_LINE + 2];

	for (size_t i = 0; i < ini->count; i++) {
		struct ini_entry *e = &ini->entry[i];
		const char *value;

		if (!e->key)
			continue;
		(void)snprintf(name, sizeof(name), "%s:%s", e->section, e->key);
		value = iniparser_getstring(d, name, NULL);
		if (!value)
			return fault_set(f, -EINVAL, "%s:%u: cannot be read", ini->path,
			                 e->line);
		e->value = strdup(value);
		if (!e->value)
			return fault_set(f, -ENOMEM, "out of memory");
	}
	return 0;
}

static int read_values(struct ini *ini, struct fault *f)
{
	dictionary *d;
	int err;

	iniparser_set_error_callback(hush);
	d = iniparser_load(ini->path);
	if (!d)
		return fault_set(f, -EINVAL, "%s: cannot be read as an ini file",
		                 ini->path);
	err = take_values(ini, d, f);
	iniparser_freedict(d);
	return err;
}

int ini_load(struct ini *ini, const char *path, struct fault *f)
{
	uint8_t *text;
	size_t len;
	int err;

	*ini = (struct ini){ .path = path };
	err = file_read(path, &text, &len, f);
	if (err)
		return err;
	err = memchr(text, 0, len)
	              ? fault_set(f, -EINVAL, "%s: has a NUL byte and is no text", path)
	              : scan(ini, (char *)text, f);
	free(text);
	return err ? err : read_values(ini, f);
}

unsigned ini_line_later(const struct ini *ini, const char *section, const char *a,
                        const char *b)
{
	unsigned one = ini_line(ini, section, a), two = ini_line(ini, section, b);

	return one > two ? one : two;
}
