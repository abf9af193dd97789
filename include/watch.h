/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_WATCH_H
#define NFCLASS_WATCH_H

#include "worker.h"

/* A thread that sees to it that verdicts go on, also while the main thread waits for
 * syslog: it pings the service manager once a second, and when a worker has not moved for
 * WATCH_LIMIT_S it ends the process by abort(), so that the kernel lets traffic bypass
 * the queue. */
struct watch;

#define WATCH_LIMIT_S 10

/* workers and what it points to are borrowed until watch_free().  NULL with errno set on
 * failure.  watch_free() stops the watch and takes NULL. */
struct watch *watch_new(struct worker *const *workers, unsigned count);
void watch_free(struct watch *w);

#endif
