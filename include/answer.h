/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_ANSWER_H
#define NFCLASS_ANSWER_H

#include "control.h"
#include "crew.h"

/* What the daemon tells those who ask through its socket. */

/* The socket as the settings say, and in *usage what top tells of.  NULL when they want
 * none, or when there is none, which is warned of: labels do not need it.  Both are the
 * caller's. */
struct control *answer_open(const struct conf *c, struct usage **usage);

/* What answers are made of, all of it the daemon's. */
struct answer_view {
	const struct settings *settings;
	const struct crew *crew;
	const struct sink *sink;
	struct mono since; /* it serves */
};

/* Answer a request for status or top. */
void answer_give(struct control *c, const struct request *r, const struct answer_view *v);

/* Answer one to reload: err and *f are what came of it, where 0 may have a text, too. */
void answer_reload(struct control *c, int err, const struct fault *f);

/* Whether this user may ask for it; else why not is in *f. */
bool answer_may_reload(uid_t uid, struct fault *f);

#endif
