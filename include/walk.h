/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_WALK_H
#define NFCLASS_WALK_H

#include "fault.h"
#include "names.h"

/* Which traces are meant by the paths that a person gives. */

/* Add path itself, or, when it is a folder, all files below it, at each level in byte
 * order of their names; what is there already stays once.  -errno with *f filled for the
 * first folder that cannot be read, after all others were. */
int walk_add(struct names *files, const char *path, struct fault *f);

#define WALK_LABEL_SIZE 256

/* The label of a trace: the name of the folder that holds it, "-" for standard input. */
void walk_label(const char *file, char label[static WALK_LABEL_SIZE]);

/* What follows the last slash of path, slashes at its end left out; "" for "/". */
void walk_last(const char *path, char name[static WALK_LABEL_SIZE]);

#endif
