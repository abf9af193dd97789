/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ini.h"

#include <errno.h>
#include <unistd.h>

#include "testing.h"

static char path[] = "/tmp/nfclass-ini-XXXXXX";

static int load(struct ini *ini, const char *text, struct fault *f)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
	assert_int_equal(fclose(out), 0);
	return ini_load(ini, path, f);
}

static void lines_come_in_their_order_and_as_written(void **state)
{
	struct ini ini;
	struct fault f;

	(void)state;
	assert_int_equal(load(&ini,
	                      "# c\n[Policy]\nZebra = app \"Google Maps\" block ; c\n"
	                      "Anton = \"a;b\"\n\n[shape]\n Two Words=  down 5mbit \n",
	                      &f),
	                 0);
	assert_int_equal(ini.count, 5);
	assert_string_equal(ini.entry[0].section, "Policy");
	assert_null(ini.entry[0].key);
	assert_string_equal(ini.entry[1].key, "Zebra");
	assert_string_equal(ini.entry[1].value, "app \"Google Maps\" block");
	assert_string_equal(ini.entry[2].key, "Anton");
	assert_string_equal(ini.entry[2].value, "a;b");
	assert_int_equal(ini.entry[3].line, 6);
	assert_string_equal(ini.entry[4].key, "Two Words");
	assert_string_equal(ini.entry[4].value, "down 5mbit");
	assert_int_equal(ini_line(&ini, "POLICY", "anton"), 4);
	assert_int_equal(ini_line(&ini, "shape", "anton"), 0);
	ini_clear(&ini);
}

static void a_fault_names_file_and_line(void **state)
{
	struct ini ini;
	struct fault f;
	char want[100];

	(void)state;
	assert_int_equal(load(&ini, "[a]\nx = 1\n[b]\nx = 1\n[A]\nX = 2\n", &f), -EINVAL);
	snprintf(want, sizeof(want), "%s:6: [A] X is given twice, first in line 2", path);
	assert_string_equal(f.text, want);
	ini_clear(&ini);
	fault_set(&f, -EINVAL, "why");
	ini.path = "file";
	assert_int_equal(ini_fault(&ini, 0, -EINVAL, &f), -EINVAL);
	assert_string_equal(f.text, "file: why");
	assert_int_equal(ini_fault(&ini, 7, -EIO, &f), -EIO);
	assert_string_equal(f.text, "file:7: file: why");
}

static void there_is_a_limit_to_keys(void **state)
{
	static char text[5000 * 8];
	struct ini ini;
	struct fault f;
	size_t at = (size_t)sprintf(text, "[a]\n");

	(void)state;
	for (int i = 0; i < 4096; i++)
		at += (size_t)sprintf(text + at, "%d=1\n", i);
	assert_int_equal(load(&ini, text, &f), -EINVAL);
	assert_non_null(strstr(f.text, "more than 4096 keys"));
	ini_clear(&ini);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_in_their_order_and_as_written),
		cmocka_unit_test(a_fault_names_file_and_line),
		cmocka_unit_test(there_is_a_limit_to_keys),
	};

	return run_with_file(path, tests);
}
