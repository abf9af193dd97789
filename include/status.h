/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_STATUS_H
#define NFCLASS_STATUS_H

#include "sink.h"
#include "worker.h"

/* The counters of everything as lines of key=value in the log. */

/* Of one worker; first is the queue number of worker 0. */
void status_worker(unsigned first, unsigned index, const struct lane_counters *c);

void status_add(struct lane_counters *sum, const struct lane_counters *c);

/* Of all workers together, and what became of their labels. */
void status_total(const struct lane_counters *sum, const struct sink *s);

#endif
