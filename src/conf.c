/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "addrs.h"
#include "ini.h"
#include "user.h"

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
static const char *const save_words[] = { "verdict", "ctnetlink", NULL };
static const char *const mode_words[] = { "0600", "0660", "0666", NULL };
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
#define BITS(member, def)         SETTING_BITS, AT(member), def
#define RATE(member)              SETTING_RATE, AT(member), ""
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
	{ "gateway", "down", RATE(gateway.down) },
	{ "gateway", "up", RATE(gateway.up) },

	{ "queue", "first", U32(queue.first, "0", 0, 65535), .fixed = true },
	{ "queue", "workers", U32(queue.workers, "1", 1, 32), .fixed = true },
	{ "queue", "length", U32(queue.length, "8192", 16, 1 << 20), .fixed = true },
	{ "queue", "copy_bytes", U32(queue.copy_bytes, "128", 96, 65535), .fixed = true },
	{ "queue", "fail_open", BOOL(queue.fail_open, "yes"), .fixed = true },
	{ "queue", "buffer_bytes", U32(queue.buffer_bytes, "8388608", 65536, 1 << 30),
	  .fixed = true },
	{ "queue", "realtime", BOOL(queue.realtime, "no"), .fixed = true },
	{ "queue", "skip_labelled", U32(queue.skip_labelled, "0", 0, 100) },
	{ "queue", "resample_s", U32(queue.resample_s, "30", 1, 3600) },

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

	{ "daemon", "user",
	  TEXT(daemon.user, "nfclass", user_is_name, "a user's name or number"),
	  .fixed = true },
	{ "daemon", "sandbox", BOOL(daemon.sandbox, "yes"), .fixed = true },

	{ "control", "socket",
	  TEXT(control.socket, "/run/nfclass/control", NULL, "a file's path or nothing"),
	  .fixed = true },
	{ "control", "mode", CHOICE(control.mode, "0660", mode_words), .fixed = true },
	{ "control", "group", TEXT(control.group, "", NULL, "a group or nothing"),
	  .fixed = true },
	{ "control", "top", U32(control.top, "1024", 16, 65536), .fixed = true },

	{ "mark", "enabled", BOOL(plan.enabled, "no") },
	{ "mark", "mask", BITS(plan.mask, "0x0f000000") },
	{ "mark", "skip_bit", BITS(plan.skip_bit, "0x10000000") },
	{ "mark", "save", CHOICE(plan.save, "verdict", save_words) },
	{ "mark", "hold", U32(plan.hold, "2", 1, 100) },
	{ "mark", "other", U32(plan.other, "3", PLAN_FIRST, UINT32_MAX) },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

void conf_defaults(struct conf *c)
{
	*c = (struct conf){ 0 };
	for (size_t i = 0; i < SETTINGS; i++)
		(void)setting_parse(&settings[i], settings[i].standard, c, NULL);
	c->log.facility = facility_of[c->log.facility_word];
}

static bool has_section(const char *name)
{
	enum plan_section section;

	for (size_t i = 0; i < SETTINGS; i++)
		if (strcasecmp(settings[i].section, name) == 0)
			return true;
	return plan_section_find(name, &section);
}

static size_t setting_find(const char *section, const char *key)
{
	size_t i = 0;

	while (i < SETTINGS && (strcasecmp(settings[i].section, section) != 0 ||
	                        strcasecmp(settings[i].key, key) != 0))
		i++;
	return i;
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

/* One line of the file.  Names that the owner chose come later, when what they build on
 * is there. */
static int set(struct conf *c, const struct ini_entry *e, struct fault *f)
{
	enum plan_section section;
	size_t i;

	if (!e->key)
		return has_section(e->section)
		               ? 0
		               : fault_set(f, -EINVAL, "unknown section [%.80s]",
		                           e->section);
	i = setting_find(e->section, e->key);
	if (i < SETTINGS)
		return setting_parse(&settings[i], e->value, c, f);
	if (plan_section_find(e->section, &section))
		return 0;
	return fault_set(f, -EINVAL, "unknown key '%.80s' in [%s]", e->key, e->section);
}

static int set_all(struct conf *c, const struct ini *ini, struct fault *f)
{
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_entry *e = &ini->entry[i];
		int err = set(c, e, f);

		if (err)
			return ini_fault(ini, e->line, err, f);
	}
	return 0;
}

static int take_line(struct plan *p, enum plan_section section, const struct ini_entry *e,
                     struct fault *f)
{
	struct fault why;
	int err = plan_take(p, section, e->key, e->value, &why);

	return err ? fault_set(f, err, "[%s] %.80s = %.120s: %s",
	                       plan_section_name(section), e->key, e->value, why.text)
	           : 0;
}

/* The lines of one section with names. */
static int take_section(struct conf *c, enum plan_section section, const struct ini *ini,
                        struct fault *f)
{
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_entry *e = &ini->entry[i];
		int err;

		if (!e->key || strcasecmp(e->section, plan_section_name(section)) != 0 ||
		    setting_find(e->section, e->key) < SETTINGS)
			continue;
		err = take_line(&c->plan, section, e, f);
		if (err)
			return ini_fault(ini, e->line, err, f);
	}
	return 0;
}

static int take_plan(struct conf *c, const struct ini *ini, struct fault *f)
{
	unsigned bits = ini_line_later(ini, "mark", "mask", "skip_bit");
	unsigned other = ini_line(ini, "mark", "other");
	int err = plan_check(&c->plan, f);

	if (err)
		return ini_fault(ini, bits > other ? bits : other, err, f);
	for (unsigned i = 0; !err && i < PLAN_SECTIONS; i++)
		err = take_section(c, (enum plan_section)i, ini, f);
	if (err)
		return err;
	err = plan_settle(&c->plan, f);
	if (err)
		return ini_fault(ini, ini_line(ini, "mark", "mask"), err, f);
	return conf_check_rates(c, ini, f);
}

static int take_ini(struct conf *c, const struct ini *ini, struct fault *f)
{
	int err;

	conf_defaults(c);
	err = set_all(c, ini, f);
	if (!err)
		err = conf_check_whole(c, ini, f);
	if (!err)
		err = take_plan(c, ini, f);
	if (!err)
		err = resolve(ini->path, c->model.path, f);
	if (!err)
		err = resolve(ini->path, c->log.file, f);
	if (!err)
		err = resolve(ini->path, c->control.socket, f);
	return err;
}

int conf_load(struct conf *c, const char *path, struct fault *f)
{
	struct ini ini;
	int err = ini_load(&ini, path, f);

	if (!err)
		err = take_ini(c, &ini, f);
	ini_clear(&ini);
	if (err)
		return err;
	c->log.facility = facility_of[c->log.facility_word];
	c->lan = addrs_lan(*c->gateway.prefixes ? c->gateway.prefixes
	                                        : c->gateway.lan_address);
	return 0;
}

/* [mark] is the last of the sections with settings, and the first of those with names. */
void conf_print(const struct conf *c, FILE *out)
{
	const char *section = "";

	for (size_t i = 0; i < SETTINGS; i++) {
		if (strcmp(section, settings[i].section) != 0)
			fprintf(out, "%s[%s]\n", i > 0 ? "\n" : "", settings[i].section);
		section = settings[i].section;
		setting_print(&settings[i], c, out);
	}
	for (unsigned i = 0; i < PLAN_SECTIONS; i++) {
		if (i != PLAN_MARK)
			fprintf(out, "\n[%s]\n", plan_section_name((enum plan_section)i));
		plan_print(&c->plan, (enum plan_section)i, out);
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

unsigned conf_control_mode(const struct conf *c)
{
	return (unsigned)strtoul(mode_words[c->control.mode], NULL, 8);
}

static int take_socket(struct conf *c, const struct ini *ini, struct fault *f)
{
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_entry *e = &ini->entry[i];
		int err = 0;

		if (e->key && strcasecmp(e->section, "control") == 0 &&
		    strcasecmp(e->key, "socket") == 0)
			err = set(c, e, f);
		if (err)
			return ini_fault(ini, e->line, err, f);
	}
	return resolve(ini->path, c->control.socket, f);
}

int conf_find_socket(const char *path, char socket[static SETTING_TEXT_SIZE],
                     struct fault *f)
{
	struct conf c;
	struct ini ini;
	int err = ini_load(&ini, path, f);

	conf_defaults(&c);
	if (!err)
		err = take_socket(&c, &ini, f);
	ini_clear(&ini);
	if (!err)
		strcpy(socket, c.control.socket);
	return err;
}
