/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_WORKER_H
#define NFCLASS_WORKER_H

#include "lane.h"

/* A thread with a queue, flows and bursts of its own.  It shares the model with the
 * others, which nobody writes to, and hands its labels to the main thread through a ring:
 * packets never wait for where labels go. */
struct worker;

/* Bind the queue and make everything ready.  NULL with *f filled on failure.  Ended by
 * worker_free(), which takes NULL, once the thread has been joined. */
struct worker *worker_new(const struct lane_params *p, const struct outbox_service *s,
                          struct fault *f);
void worker_free(struct worker *w);

/* Start the thread; signals stay blocked in it.  0 or -errno. */
int worker_start(struct worker *w);

/* Serve something else, without losing a packet or a flow.  Returns when the worker has
 * let go of the old model, or has ended.  0 or -ENOMEM, and then all is as before. */
int worker_serve(struct worker *w, const struct outbox_service *s);

/* Begin to end: empty the queue for good, end the open bursts, label them. */
void worker_stop(struct worker *w);

/* true once the thread does nothing more; all its labels are in the ring then. */
bool worker_has_ended(const struct worker *w);

/* Wait for the thread.  0 when it ended because it was told to, else why: -errno. */
int worker_join(struct worker *w);

/* The next label or row of counters; false when there is none. */
bool worker_take(struct worker *w, struct outbox_item *it);

/* The next mark that no packet carried; false when there is none. */
bool worker_take_mark(struct worker *w, struct pending_mark *m);

/* See lane_mark().  Once all are given, worker_wake() has the worker look at them. */
bool worker_mark(struct worker *w, const struct pending_mark *m);
void worker_wake(struct worker *w);

/* Grows with every turn of the worker's loop, at least once a second. */
uint64_t worker_beat(const struct worker *w);

/* Ask the running worker, or read what an ended one left.  false, and *c untouched, when
 * it did not answer within two seconds. */
bool worker_ask(struct worker *w, struct lane_counters *c);

#endif
