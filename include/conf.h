/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CONF_H
#define NFCLASS_CONF_H

#include "flow.h"
#include "plan.h"
#include "setting.h"

/* The settings of nfclassd and of the gateway script, nfclass.ini(5).  Only programs
 * include this. */

/* In gap_ms and max_ms: as the model says. */
#define CONF_MODEL SETTING_WORD

struct conf {
	struct {
		char lan[SETTING_TEXT_SIZE], wan[SETTING_TEXT_SIZE];
		char lan_address[SETTING_TEXT_SIZE], prefixes[SETTING_TEXT_SIZE];
		char dhcp_range[SETTING_TEXT_SIZE], dns[SETTING_TEXT_SIZE];
		char nat[SETTING_TEXT_SIZE];
		uint32_t dhcp_lease_s;
		uint64_t down, up; /* of the link, bits per second; 0: not known */
	} gateway;
	struct {
		uint32_t first, workers, length, copy_bytes, buffer_bytes;
		uint32_t skip_labelled, resample_s;
		bool fail_open, realtime;
	} queue;
	struct {
		uint32_t gap_ms, max_ms;
	} burst;
	struct {
		uint32_t max, clients, per_burst, timeout_s;
	} flow;
	struct {
		char path[SETTING_TEXT_SIZE]; /* absolute */
	} model;
	struct {
		bool unknown, alone;
		uint32_t early_packets, early_ms; /* 0: never */
	} label;
	struct {
		bool syslog, counters;
		char ident[SETTING_TEXT_SIZE];
		char file[SETTING_TEXT_SIZE];          /* absolute, or empty for none */
		unsigned facility_word, level, format; /* which of the words allowed */
		uint32_t status_s;
		int facility; /* as in syslog.h */
	} log;
	struct {
		char user[SETTING_TEXT_SIZE];
		bool sandbox;
	} daemon;
	struct {
		char socket[SETTING_TEXT_SIZE]; /* absolute, or empty for none */
		char group[SETTING_TEXT_SIZE];
		unsigned mode; /* which of the words allowed */
		uint32_t top;
	} control;
	struct plan plan;    /* [mark], [shape], [devices], [policy] */
	struct flow_lan lan; /* prefixes, or else those of lan_address */
};

void conf_defaults(struct conf *c);

/* Read an ini file.  Relative paths in it begin at its own folder.  0, or -errno with
 * file, line, key, value and what is allowed in f; *c is then unspecified. */
int conf_load(struct conf *c, const char *path, struct fault *f);

/* A whole ini file with every key, which conf_load() turns into the same settings. */
void conf_print(const struct conf *c, FILE *out);

/* Where a file's daemon has its control socket, whatever else may be wrong in it.  0, or
 * -errno with *f filled. */
int conf_find_socket(const char *path, char socket[static SETTING_TEXT_SIZE],
                     struct fault *f);

/* The file's mode, as chmod(2) takes it. */
unsigned conf_control_mode(const struct conf *c);

/* The names of the keys in which both differ and which only a restart can change, as
 * "[queue] workers, [flow] max"; false when there are none. */
bool conf_needs_restart(const struct conf *old, const struct conf *new, char *buf,
                        size_t size);

/* Parts of conf_load(): what no single setting shows, and that no shape gets more than
 * there is.  0, or -EINVAL with file and line in *f. */
struct ini;
int conf_check_whole(const struct conf *c, const struct ini *ini, struct fault *f);
int conf_check_rates(const struct conf *c, const struct ini *ini, struct fault *f);

#endif
