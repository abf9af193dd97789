/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataset.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct dataset d;

	dataset_init(&d);
	if (dataset_parse_csv(&d, (const char *)data, len, NULL) == 0) {
		for (size_t i = 0; i < d.rows * d.features.count; i++)
			if (!isfinite(d.x[i]))
				abort();
		if (dataset_sort_labels(&d) == 0)
			(void)dataset_digest(&d);
	}
	dataset_clear(&d);
	return 0;
}
