/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a datagram from the kernel: a walk ends, and what it gives lies within. */
#include <stdlib.h>
#include <string.h>

#include "ctmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *copy = calloc(1, (len + 3) / 4 * 4 + 1);
	struct ctmsg_walk w = { copy, (int)len };
	enum ctmsg_kind kind;
	struct ctmsg m;

	if (!copy)
		return 0;
	memcpy(copy, data, len);
	while (ctmsg_next(&w, &kind, &m)) {
		if ((kind == CTMSG_ENTRY || kind == CTMSG_ENDED) &&
		    m.entry.view.proto != 6 && m.entry.view.proto != 17)
			abort();
	}
	free(copy);
	return 0;
}
