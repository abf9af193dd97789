/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

/* The logger's target is one of the two mutable globals that STYLE allows: a message
 * must find its way from anywhere without a handle passed along. */
static struct {
	const char *ident;
	bool to_syslog, to_stderr;
	enum log_level most;
} target = { "nfclass", false, true, LOG_LEVEL_INFO };

void log_open(const char *ident, int facility, bool to_syslog, bool to_stderr)
{
	target.ident = ident;
	target.to_syslog = to_syslog;
	target.to_stderr = to_stderr;
	if (to_syslog)
		openlog(ident, LOG_PID | LOG_NDELAY, facility);
}

void log_set_level(enum log_level most)
{
	target.most = most;
}

__attribute__((format(printf, 2, 0))) static void put(enum log_level level,
                                                      const char *fmt, va_list ap)
{
	static const int priority[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
	char text[1024];

	if (level > target.most)
		return;
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut text still explains */
	if (target.to_syslog)
		syslog(priority[level], "%s", text);
	if (target.to_stderr)
		fprintf(stderr, "%s: %s%s\n", target.ident,
		        level == LOG_LEVEL_WARN ? "warning: " : "", text);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_LEVEL_ERROR, fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_LEVEL_WARN, fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_LEVEL_INFO, fmt, ap);
	va_end(ap);
}

void log_debug(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_LEVEL_DEBUG, fmt, ap);
	va_end(ap);
}
