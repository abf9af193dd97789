/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CREW_H
#define NFCLASS_CREW_H

#include "bypass.h"
#include "ifnames.h"
#include "marker.h"
#include "settings.h"
#include "status.h"
#include "watch.h"

/* All workers together, from the main thread's side. */

#define CREW_MOST STATUS_QUEUES

struct crew {
	struct worker *worker[CREW_MOST];
	unsigned made, running, first_queue;
	bool ending; /* workers take no more marks */
	struct watch *watch;
	struct marker *marker;
	struct bypass *bypass;
	int bell_fd; /* readable when labels or counters wait or a worker has ended */
};

/* Every queue is bound, no thread runs yet.  0 or -errno with *f filled; ended by
 * crew_clear() in either case. */
int crew_make(struct crew *c, const struct settings *s, struct fault *f);
int crew_start(struct crew *c, struct fault *f);

/* Have the workers watched, by a thread of the priority of the caller's. */
int crew_watch(struct crew *c, struct fault *f);
void crew_clear(struct crew *c);

/* Go over to new settings; when it returns 0 nobody uses the old ones.  -ENOMEM when some
 * workers still do. */
int crew_serve(struct crew *c, const struct settings *s, struct sink *sink);

bool crew_has_lost_one(const struct crew *c);

/* Write labels and rows of counters that wait, not so many that signals have to wait for
 * long. */
void crew_write(struct crew *c, struct ifnames *names, struct sink *sink);

/* Let all workers end, and write their last labels.  0 or the -errno that one ended by,
 * which is logged. */
int crew_end(struct crew *c, struct ifnames *names, struct sink *sink);

/* The counters of all, and the same into the log. */
void crew_status(const struct crew *c, const struct sink *sink, struct status *s);
void crew_log_status(const struct crew *c, const struct sink *sink);

#endif
