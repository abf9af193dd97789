/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_DAEMON_H
#define NFCLASS_DAEMON_H

#include <stdbool.h>

/* nfclassd from its start to its end. */

struct daemon_options {
	const char *conf;    /* path; absolute, so that it is found again on reload */
	const char *pidfile; /* or NULL */
	bool foreground, verbose;
};

/* Serve until told to stop.  The exit code. */
int daemon_run(const struct daemon_options *o);

#endif
