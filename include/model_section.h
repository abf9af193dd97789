/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_MODEL_SECTION_H
#define NFCLASS_MODEL_SECTION_H

#include "bytes.h"
#include "model.h"

/* What a model file consists of.  A new part of the model is a new line in the table. */
struct model_section {
	char name[5];
	/* m is within limits; memory that ran out shows in b->failed. */
	void (*pack)(const struct model *m, struct bytes *b);
	/* Read all of c into m, which holds the sections before; 0, -EINVAL or -ENOMEM
	 * with the reason in f.  What was read is ended by model_clear(). */
	int (*parse)(struct model *m, struct cursor c, struct fault *f);
};

enum { MODEL_SECTIONS = 9 };
extern const struct model_section model_section[MODEL_SECTIONS];

/* Could it be read back? */
bool model_within_limits(const struct model *m);

#endif
