/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_LOG_H
#define NFCLASS_LOG_H

#include <stdbool.h>

/* Messages to people.  error: we could not do what was asked; warn: we went on without;
 * info: a state changed; debug: the rest.  Only programs and edges that give up log. */
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Where messages go from now on: to syslog under ident and facility (as in syslog.h;
 * ident is borrowed for good), to stderr as "name: text", or both.  Before the first
 * call: to stderr, up to LOG_LEVEL_INFO. */
void log_open(const char *ident, int facility, bool to_syslog, bool to_stderr);
void log_set_level(enum log_level most);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
