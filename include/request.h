/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_REQUEST_H
#define NFCLASS_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"

/* What may be asked of the daemon through its control socket, nfclassd(8): one line each
 * way, and behind the daemon's what was asked for. */

#define REQUEST_VERSION      1
#define REQUEST_SIZE         128 /* of a line with its end, at most, and a NUL */
#define REQUEST_MOST_ROWS    1000
#define REQUEST_MOST_SECONDS 60

enum request_verb { REQUEST_STATUS, REQUEST_TOP, REQUEST_RELOAD };

struct request {
	enum request_verb verb;
	bool json;              /* else text; not of a reload */
	uint32_t rows, seconds; /* of top: 1 to REQUEST_MOST_... */
};

/* A line without its end.  -EINVAL, and in *f what is allowed. */
int request_parse(const char *line, struct request *r, struct fault *f);

/* A line with its end. */
void request_line(const struct request *r, char buf[static REQUEST_SIZE]);

/* The first line of an answer, and how many bytes of it follow: what was asked for, or
 * why it was refused. */
struct reply {
	bool ok;
	uint32_t len;
};

void reply_line(const struct reply *r, char buf[static REQUEST_SIZE]);

/* A line without its end; false when it is none. */
bool reply_parse(const char *line, struct reply *r);

#endif
