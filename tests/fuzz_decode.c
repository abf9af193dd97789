/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first byte chooses the link type, the rest is the frame. */
#include <stdlib.h>

#include "decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct packet pkt = { 0 };
	enum decode_result r;

	if (len == 0)
		return 0;
	r = decode_frame((enum decode_link)(data[0] % (DECODE_LINK_SLL2 + 1)), data + 1,
	                 len - 1, &pkt);
	if (r >= DECODE_RESULTS)
		abort();
	if (r == DECODE_OK &&
	    (pkt.header_bytes < 28 || pkt.header_bytes > pkt.len_bytes ||
	     pkt.len_bytes > 65575 || (pkt.proto != 6 && pkt.proto != 17)))
		abort();
	return 0;
}
