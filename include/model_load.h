/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_MODEL_LOAD_H
#define NFCLASS_MODEL_LOAD_H

#include "model.h"

/* Read a model file into m (any content before is not freed).  -errno with *f filled, the
 * path named in it; m then holds nothing. */
int model_load(struct model *m, const char *path, struct fault *f);

#endif
