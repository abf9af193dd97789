/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TEST_CONF_TEXT_H
#define NFCLASS_TEST_CONF_TEXT_H

#include "conf.h"

#include <unistd.h>

#include "testing.h"

/* Configurations that tests write into one file. */

static char path[] = "/tmp/nfclass-conf-XXXXXX";

static inline void write_text(const char *text, size_t len)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

static inline int load(struct conf *c, const char *text, struct fault *f)
{
	f->text[0] = 0;
	write_text(text, strlen(text));
	return conf_load(c, path, f);
}

#endif
