/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model_load.h"

#include <errno.h>

#include "testing.h"

static char path[] = "/tmp/nfclass-model-XXXXXX";

static void a_file_that_is_none_is_named(void **state)
{
	struct model m;
	struct fault f;
	FILE *out = fopen(path, "w");

	(void)state;
	assert_non_null(out);
	fputs("no model", out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(model_load(&m, path, &f), -EINVAL);
	assert_memory_equal(f.text, path, strlen(path));
	assert_null(m.forest);
	assert_int_equal(model_load(&m, "/nowhere/model.nfm", &f), -ENOENT);
	assert_non_null(strstr(f.text, "/nowhere/model.nfm"));
	assert_null(m.forest);
}

static void the_shipped_model_is_one(void **state)
{
	struct model m;
	struct fault f = { "" };

	(void)state;
	if (model_load(&m, "models/cs4516.nfm", &f))
		fail_msg("%s", f.text);
	assert_int_equal(m.classes.count, 5);
	model_clear(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_none_is_named),
		cmocka_unit_test(the_shipped_model_is_one),
	};

	return run_with_file(path, tests);
}
