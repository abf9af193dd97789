/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_CONTROL_H
#define NFCLASS_CONTROL_H

#include <poll.h>
#include <sys/types.h>

#include "door.h"
#include "mono.h"
#include "request.h"

/* Requests to the daemon through a socket.  For one thread, which never waits for who is
 * at the other end: a few are served at a time, one request each; who says nothing, or
 * does not take the answer, has to leave after a while, and who says nothing at once when
 * another wants in. */
struct control;

#define CONTROL_CLIENTS 8
#define CONTROL_WAIT_MS 5000 /* for a request, and for an answer to be taken */

/* NULL with *f filled when the socket cannot be made.  Ended by control_free(), which
 * takes NULL, like all of the following: that is a control that nobody asks anything. */
struct control *control_new(const struct door_params *p, struct fault *f);
void control_free(struct control *c);

/* For poll(): so many entries, those that are not used have a negative descriptor. */
#define CONTROL_FDS (1 + CONTROL_CLIENTS)
void control_poll(const struct control *c, struct pollfd p[static CONTROL_FDS]);

/* Let those leave that are late.  Milliseconds until there is something to do by the
 * clock; -1 for never. */
int control_advance(struct control *c, struct mono now);

/* Do what poll() says can be done. */
void control_turn(struct control *c, const struct pollfd p[static CONTROL_FDS],
                  struct mono now);

/* The next request and whose it is; NULL when there is none, or the last one was only
 * just.  It is answered before anything else is done with c. */
struct control_ask {
	struct request request;
	uid_t uid;
};
const struct control_ask *control_next(struct control *c, struct mono now);

/* Answer what control_next() gave, with text that was allocated and is c's from now on;
 * NULL when memory was short for it. */
void control_answer(struct control *c, bool ok, char *text, struct mono now);

#endif
