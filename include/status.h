/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_STATUS_H
#define NFCLASS_STATUS_H

#include "marker.h"
#include "sink.h"
#include "skip.h"
#include "worker.h"

/* The counters of everything as lines of key=value in the log. */

/* Of one worker; first is the queue number of worker 0. */
void status_worker(unsigned first, unsigned index, const struct lane_counters *c);

void status_add(struct lane_counters *sum, const struct lane_counters *c);

/* Of all workers together, and what became of their labels. */
void status_total(const struct lane_counters *sum, const struct sink *s);

/* What became of labels in the network. */
void status_marks(const struct lane_counters *sum, const struct marker_counters *n);

/* What passed beside the queue, and how many connections do now. */
void status_skip(const struct skip_counters *n, uint32_t outside);

#endif
