/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_USER_H
#define NFCLASS_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "fault.h"

/* Whom a daemon that was started by root becomes. */

#define USER_NAME_SIZE 64

struct user {
	uid_t uid;
	gid_t gid;
	char name[USER_NAME_SIZE]; /* or the number, for messages */
};

/* Could text be a user's name or number? */
bool user_is_name(const char *text);

/* The user of that name, or of that number with the group of that number when nobody has
 * it.  Where there is no such name: nobody, with a warning, since a gateway that
 * classifies as nobody is better than one that does not. */
struct user user_find(const char *name);

/* Open a file to be added to, made when it is not there, and give it to the user, who can
 * open it again later.  For root, and a plain file in a folder that no other user can
 * exchange for another one.  The descriptor is the caller's; -1 when it is none of these.
 */
int user_give_file(const struct user *u, const char *path);

/* Could a root that has become that user read the file?  0, also when this cannot be
 * found out, or -EACCES with what to do in *f.  Root alone can ask; a process of its own
 * looks. */
int user_check_readable(const struct user *u, const char *path, struct fault *f);

/* Warn when we, who are that user by now, cannot read what a reload has to. */
void user_warn_unreadable(const struct user *u, const char *path);

#endif
