/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a datagram from the kernel: a walk ends, and what it gives lies within. */
#include <stdlib.h>
#include <string.h>

#include "qmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *copy = calloc(1, (len + 3) / 4 * 4 + 1);
	struct qmsg_walk w = { copy, (int)len };
	enum qmsg_kind kind;
	struct qmsg m;

	if (!copy)
		return 0;
	memcpy(copy, data, len);
	while (qmsg_next(&w, &kind, &m)) {
		const char *at = (const char *)m.data;

		if (kind == QMSG_PACKET && m.len > 0 &&
		    (at < copy || at + m.len > copy + len))
			abort();
	}
	free(copy);
	return 0;
}
