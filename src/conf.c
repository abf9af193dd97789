/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iniparser reads the values, but it tells no lines and lets much pass: keys that nobody
 * knows, keys given twice.  So the file is first looked at line by line; of what passes
 * there, iniparser and we have the same understanding. */
#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <iniparser/iniparser.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "addrs.h"
#include "file.h"

static bool is_interface(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < 16 && strcspn(text, "/: \t") == len &&
	       strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

static bool is_ident(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= 32 && strcspn(text, " \t%:[]") == len;
}

static bool is_path(const char *text)
{
	return *text;
}

static const char *const model_word[] = { "model", NULL };
static const char *const level_words[] = { "error", "warn", "info", "debug", NULL };
static const char *const format_words[] = { "seed", "kv", "json", NULL };
static const char *const facility_words[] = { "daemon", "user",   "local0", "local1",
	                                      "local2", "local3", "local4", "local5",
	                                      "local6", "local7", NULL };
static const int facility_of[] = { LOG_DAEMON, LOG_USER,   LOG_LOCAL0, LOG_LOCAL1,
	                           LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4, LOG_LOCAL5,
	                           LOG_LOCAL6, LOG_LOCAL7 };

#define AT(member) .at = offsetof(struct conf, member)
#define U32(member, def, least, most)                                                    \
	SETTING_U32, AT(member), def, .min = least, .max = most
#define BOOL(member, def)         SETTING_BOOL, AT(member), def
#define CHOICE(member, def, list) SETTING_CHOICE, AT(member), def, .words = list
#define TEXT(member, def, check, say)                                                    \
	SETTING_TEXT, AT(member), def, .good = check, .allowed = say

static const struct setting settings[] = {
	{ "gateway", "lan",
	  TEXT(gateway.lan, "lan0", is_interface, "an interface's name") },
	{ "gateway", "wan",
	  TEXT(gateway.wan, "wan0", is_interface, "an interface's name") },
	{ "gateway", "lan_address",
	  TEXT(gateway.lan_address, "", addrs_are_prefixes,
	       "ADDRESS/BITS,... or nothing"),
	  .fixed = true },
	{ "gateway", "prefixes",
	  TEXT(gateway.prefixes, "", addrs_are_prefixes, "ADDRESS/BITS,... or nothing"),
	  .fixed = true },
	{ "gateway", "dhcp_range",
	  TEXT(gateway.dhcp_range, "", addrs_are_range,
	       "FIRST-LAST, two IPv4 addresses, or nothing") },
	{ "gateway", "dhcp_lease_s", U32(gateway.dhcp_lease_s, "43200", 120, 31536000) },
	{ "gateway", "dns",
	  TEXT(gateway.dns, "", addrs_are_list, "ADDRESS,... or nothing") },
	{ "gateway", "nat",
	  TEXT(gateway.nat, "masquerade", addrs_are_nat,
	       "masquerade, off or an IPv4 address") },

	{ "queue", "first", U32(queue.first, "0", 0, 65535), .fixed = true },
	{ "queue", "workers", U32(queue.workers, "1", 1, 32), .fixed = true },
	{ "queue", "length", U32(queue.length, "8192", 16, 1 << 20), .fixed = true },
	{ "queue", "copy_bytes", U32(queue.copy_bytes, "128", 96, 65535), .fixed = true },
	{ "queue", "fail_open", BOOL(queue.fail_open, "yes"), .fixed = true },
	{ "queue", "buffer_bytes", U32(queue.buffer_bytes, "8388608", 65536, 1 << 30),
	  .fixed = true },

	{ "burst", "gap_ms", U32(burst.gap_ms, "model", 1, 60000), .words = model_word },
	{ "burst", "max_ms", U32(burst.max_ms, "model", 0, 3600000),
	  .words = model_word },

	{ "flow", "max", U32(flow.max, "65536", 16, 1 << 24), .fixed = true },
	{ "flow", "clients", U32(flow.clients, "4096", 16, 1 << 24), .fixed = true },
	{ "flow", "per_burst", U32(flow.per_burst, "4096", 1, 1 << 24), .fixed = true },
	{ "flow", "timeout_s", U32(flow.timeout_s, "600", 1, 86400), .fixed = true },

	{ "model", "path",
	  TEXT(model.path, NFCLASS_PREFIX "/share/nfclass/cs4516.nfm", is_path,
	       "a file's path") },

	{ "label", "unknown", BOOL(label.unknown, "yes") },
	{ "label", "alone", BOOL(label.alone, "no") },
	{ "label", "early_packets", U32(label.early_packets, "20", 0, 1000000) },
	{ "label", "early_ms", U32(label.early_ms, "0", 0, 3600000) },

	{ "log", "syslog", BOOL(log.syslog, "yes") },
	{ "log", "ident", TEXT(log.ident, "nfclassd", is_ident, "one word") },
	{ "log", "facility", CHOICE(log.facility_word, "daemon", facility_words) },
	{ "log", "level", CHOICE(log.level, "info", level_words) },
	{ "log", "file", TEXT(log.file, "", NULL, "a file's path or nothing") },
	{ "log", "format", CHOICE(log.format, "kv", format_words) },
	{ "log", "counters", BOOL(log.counters, "no"), .fixed = true },
	{ "log", "status_s", U32(log.status_s, "0", 0, 86400) },
};

#define SETTINGS     (sizeof(settings) / sizeof(settings[0]))
#define MOST_IN_LINE 1000 /* iniparser takes 1024 with the line's end */

/* The line of each setting that the file has, 0 for one that it leaves out. */
struct places {
	unsigned line[SETTINGS];
};

void conf_defaults(struct conf *c)
{
	*c = (struct conf){ 0 };
	for (size_t i = 0; i < SETTINGS; i++)
		(void)setting_parse(&settings[i], settings[i].standard, c, NULL);
	c->log.facility = facility_of[c->log.facility_word];
}

static bool has_section(const char *name)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (strcasecmp(settings[i].section, name) == 0)
			return true;
	return false;
}

static size_t setting_find(const char *section, const char *key)
{
	size_t i = 0;

	while (i < SETTINGS && (strcasecmp(settings[i].section, section) != 0 ||
	                        strcasecmp(settings[i].key, key) != 0))
		i++;
	return i;
}

static char *strip(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = 0;
	return text + strspn(text, " \t\r\n\v\f");
}

/* "[name]" and nothing more: what iniparser reads into name, we do. */
static int scan_section(char *line, char *section, struct fault *f)
{
	size_t len = strlen(line);
	char *name;

	if (line[len - 1] != ']' || strcspn(line, "]") != len - 1)
		return fault_set(f, -EINVAL, "'%.80s' is not [section]", line);
	line[len - 1] = 0;
	name = strip(line + 1);
	if (!has_section(name))
		return fault_set(f, -EINVAL, "unknown section [%.80s]", name);
	strcpy(section, name); /* a known name is short */
	return 0;
}

static int scan_key(char *line, const char *section, unsigned number, struct places *at,
                    struct fault *f)
{
	char *equals = strchr(line, '=');
	const char *key;
	size_t i;

	if (!equals || equals == line)
		return fault_set(f, -EINVAL, "'%.80s' is not key = value", line);
	*equals = 0;
	key = strip(line);
	if (!*section)
		return fault_set(f, -EINVAL, "key '%.80s' stands before any [section]",
		                 key);
	i = setting_find(section, key);
	if (i == SETTINGS)
		return fault_set(f, -EINVAL, "unknown key '%.80s' in [%s]", key, section);
	if (at->line[i])
		return fault_set(f, -EINVAL, "[%s] %s is given twice, first in line %u",
		                 section, key, at->line[i]);
	at->line[i] = number;
	return 0;
}

static int scan_line(char *line, char *section, unsigned number, struct places *at,
                     struct fault *f)
{
	size_t len = strlen(line);

	if (len > MOST_IN_LINE)
		return fault_set(f, -EINVAL, "the line is longer than %d bytes",
		                 MOST_IN_LINE);
	line = strip(line);
	if (!*line || *line == '#' || *line == ';')
		return 0;
	if (line[strlen(line) - 1] == '\\')
		return fault_set(f, -EINVAL, "a line cannot be continued by \\");
	if (*line == '[')
		return scan_section(line, section, f);
	return scan_key(line, section, number, at, f);
}

static int scan(const char *path, char *text, size_t len, struct places *at,
                struct fault *f)
{
	char section[32] = "", where[300];
	unsigned number = 1;

	if (memchr(text, 0, len))
		return fault_set(f, -EINVAL, "%s: has a NUL byte and is no text", path);
	for (char *line = text; *line; number++) {
		char *end = line + strcspn(line, "\n");
		char *next = *end ? end + 1 : end;
		int err;

		*end = 0;
		err = scan_line(line, section, number, at, f);
		(void)snprintf(where, sizeof(where), "%s:%u", path, number);
		if (err)
			return fault_prefix(f, err, where);
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

/* A relative path begins at the configuration's folder, whatever ours is. */
static int resolve(const char *conf_path, char *path, struct fault *f)
{
	char whole[2 * PATH_MAX];
	char *real, *slash;

	if (!*path || *path == '/')
		return 0;
	real = realpath(conf_path, NULL);
	if (!real)
		return fault_set(f, -errno, "%s: %s", conf_path, strerror(errno));
	slash = strrchr(real, '/');
	(void)snprintf(whole, sizeof(whole), "%.*s/%s", (int)(slash - real), real, path);
	free(real);
	if (strlen(whole) >= SETTING_TEXT_SIZE)
		return fault_set(f, -ENAMETOOLONG, "%s: the path %.200s is too long",
		                 conf_path, whole);
	strcpy(path, whole);
	return 0;
}

static int set_all(struct conf *c, const char *path, const dictionary *d,
                   const struct places *at, struct fault *f)
{
	char name[64], where[300];

	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];
		const char *value;
		int err;

		if (!at->line[i])
			continue;
		(void)snprintf(name, sizeof(name), "%s:%s", s->section, s->key);
		value = iniparser_getstring(d, name, NULL);
		(void)snprintf(where, sizeof(where), "%s:%u", path, at->line[i]);
		if (!value)
			return fault_set(f, -EINVAL, "%s: cannot be read", where);
		err = setting_parse(s, value, c, f);
		if (err)
			return fault_prefix(f, err, where);
	}
	return 0;
}

/* The line of the one of two settings that comes later. */
static unsigned later(const struct places *at, const char *section, const char *a,
                      const char *b)
{
	unsigned one = at->line[setting_find(section, a)];
	unsigned two = at->line[setting_find(section, b)];

	return one > two ? one : two;
}

/* What no single setting shows. */
static int check_whole(const struct conf *c, const char *path, const struct places *at,
                       struct fault *f)
{
	struct flow_lan own = addrs_lan(c->gateway.lan_address);
	unsigned wan = later(at, "gateway", "lan", "wan");
	unsigned range = later(at, "gateway", "dhcp_range", "lan_address");
	unsigned queues = later(at, "queue", "first", "workers");

	if (strcmp(c->gateway.lan, c->gateway.wan) == 0)
		return fault_set(f, -EINVAL,
		                 "%s:%u: [gateway] lan and wan are both %s, and must "
		                 "differ",
		                 path, wan, c->gateway.lan);
	if (own.count > 0 && !addrs_range_within(c->gateway.dhcp_range, &own))
		return fault_set(f, -EINVAL,
		                 "%s:%u: [gateway] dhcp_range = %s is outside of "
		                 "lan_address = %s",
		                 path, range, c->gateway.dhcp_range,
		                 c->gateway.lan_address);
	if (c->queue.first + c->queue.workers > 65536)
		return fault_set(f, -EINVAL,
		                 "%s:%u: [queue] first = %u and workers = %u need queues "
		                 "above 65535",
		                 path, queues, c->queue.first, c->queue.workers);
	return 0;
}

static int read_values(struct conf *c, const char *path, const struct places *at,
                       struct fault *f)
{
	dictionary *d;
	int err;

	iniparser_set_error_callback(hush);
	d = iniparser_load(path);
	if (!d)
		return fault_set(f, -EINVAL, "%s: cannot be read as an ini file", path);
	conf_defaults(c);
	err = set_all(c, path, d, at, f);
	iniparser_freedict(d);
	return err;
}

int conf_load(struct conf *c, const char *path, struct fault *f)
{
	struct places at = { { 0 } };
	uint8_t *text;
	size_t len;
	int err = file_read(path, &text, &len, f);

	if (err)
		return err;
	err = scan(path, (char *)text, len, &at, f);
	free(text);
	if (!err)
		err = read_values(c, path, &at, f);
	if (!err)
		err = check_whole(c, path, &at, f);
	if (!err)
		err = resolve(path, c->model.path, f);
	if (!err)
		err = resolve(path, c->log.file, f);
	if (err)
		return err;
	c->log.facility = facility_of[c->log.facility_word];
	c->lan = addrs_lan(*c->gateway.prefixes ? c->gateway.prefixes
	                                        : c->gateway.lan_address);
	return 0;
}

void conf_print(const struct conf *c, FILE *out)
{
	const char *section = "";

	for (size_t i = 0; i < SETTINGS; i++) {
		if (strcmp(section, settings[i].section) != 0)
			fprintf(out, "%s[%s]\n", i > 0 ? "\n" : "", settings[i].section);
		section = settings[i].section;
		setting_print(&settings[i], c, out);
	}
}

bool conf_needs_restart(const struct conf *old, const struct conf *new, char *buf,
                        size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < SETTINGS && at < size; i++) {
		const struct setting *s = &settings[i];

		if (s->fixed && !setting_equal(s, old, new))
			at += (size_t)snprintf(buf + at, size - at, "%s[%s] %s",
			                       at > 0 ? ", " : "", s->section, s->key);
	}
	return at > 0;
}
