/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model_load.h"

#include <stdlib.h>

#include "file.h"

int model_load(struct model *m, const char *path, struct fault *f)
{
	uint8_t *data;
	size_t len;
	int err = file_read(path, &data, &len, f);

	model_init(m);
	if (err)
		return err;
	err = model_parse(m, data, len, f);
	free(data);
	return err ? fault_prefix(f, err, path) : 0;
}
