/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_SETTINGS_H
#define NFCLASS_SETTINGS_H

#include "conf.h"
#include "model.h"

/* What nfclassd works by: its configuration and the model that this names. */
struct settings {
	struct conf conf;
	struct model model;
};

/* Read both and hold them against each other: the model alone knows how bursts were cut
 * when it was trained.  NULL with *f filled on failure.  Ended by settings_free(), which
 * takes NULL. */
struct settings *settings_load(const char *path, struct fault *f);
void settings_free(struct settings *s);

/* Log warnings of what is allowed but does nothing, with lines of the file at path, from
 * which the settings come. */
void settings_warn(const struct settings *s, const char *path);

/* The same as far as it shows without the model. */
void settings_warn_conf(const struct conf *c, const char *path);

/* Log warnings of a control socket that cannot be made.  Looks names up, which a daemon
 * at work must not do. */
void settings_warn_control(const struct conf *c);

#endif
