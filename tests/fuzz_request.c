/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a request or an answer: refused, or understood and, written and read
 * again, understood the same. */
#include <stdlib.h>
#include <string.h>

#include "request.h"

static void read_again(const struct request *a)
{
	char line[REQUEST_SIZE];
	struct request b;

	request_line(a, line);
	line[strcspn(line, "\n")] = 0;
	if (request_parse(line, &b, NULL) < 0 || a->verb != b.verb || a->json != b.json ||
	    a->rows != b.rows || a->seconds != b.seconds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char line[REQUEST_SIZE] = "";
	struct request r;
	struct reply reply;

	memcpy(line, data, len < sizeof(line) ? len : sizeof(line) - 1);
	if (request_parse(line, &r, NULL) == 0)
		read_again(&r);
	(void)reply_parse(line, &reply);
	return 0;
}
