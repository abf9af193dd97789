/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"

#include <unistd.h>

#include "log.h"
#include "testing.h"

/* A CSV file with one row of (label, trace) and feature x. */
static void write_csv(const char *path, const char *feature, const char *label,
                      const char *trace)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fprintf(out, "label,trace,burst,%s\n%s,%s,1,0.5\n", feature, label, trace);
	assert_int_equal(fclose(out), 0);
}

static int enter(void **state)
{
	static char dir[] = "/tmp/nfclass-test-load.XXXXXX";

	/* What is said is not what is tested here. */
	log_open("test", 0, false, false);
	*state = mkdtemp(dir);
	return *state ? chdir(dir) : -1;
}

static int leave(void **state)
{
	(void)unlink("a.csv"); /* rmdir() tells */
	(void)unlink("b.csv");
	return chdir("/") < 0 ? -1 : rmdir(*state);
}

static unsigned load(struct dataset *d, const char *path, bool want_full)
{
	struct burst_params burst = burst_defaults();
	struct load l = { .burst = &burst,
		          .set = FEATURE_FULL,
		          .set_is_wanted = want_full };
	struct fault f;

	assert_int_equal(load_path(d, path, &l, &f), 0);
	names_clear(&l.files);
	return l.failed;
}

static void traces_of_one_name_stay_apart(void **state)
{
	struct dataset d;

	(void)state;
	dataset_init(&d);
	write_csv("a.csv", "x", "News", "t1");
	write_csv("b.csv", "x", "News", "t1");
	assert_int_equal(load(&d, "a.csv", false), 0);
	assert_int_equal(load(&d, "b.csv", false), 0);
	assert_int_equal(d.rows, 2);
	assert_string_equal(d.traces.name[d.row[0].trace], "News/t1");
	assert_string_equal(d.traces.name[d.row[1].trace], "b.csv:News/t1");
	dataset_clear(&d);
}

static void no_file_is_read_twice(void **state)
{
	struct burst_params burst = burst_defaults();
	struct load l = { .burst = &burst, .set = FEATURE_FULL };
	struct dataset d;
	struct fault f;

	(void)state;
	dataset_init(&d);
	write_csv("a.csv", "x", "News", "t1");
	assert_int_equal(load_path(&d, "a.csv", &l, &f), 0);
	assert_int_equal(load_path(&d, "a.csv", &l, &f), 0);
	assert_int_equal(l.failed, 0);
	assert_int_equal(d.rows, 1);
	names_clear(&l.files);
	dataset_clear(&d);
}

static void other_columns_are_refused(void **state)
{
	struct dataset d;

	(void)state;
	dataset_init(&d);
	write_csv("a.csv", "x", "News", "t1");
	write_csv("b.csv", "y", "News", "t2");
	assert_int_equal(load(&d, "a.csv", true), 1);
	assert_int_equal(load(&d, "a.csv", false), 0);
	assert_int_equal(load(&d, "b.csv", false), 1);
	assert_int_equal(d.rows, 1);
	assert_int_equal(load(&d, "missing.csv", false), 1);
	dataset_clear(&d);
}

static void feature_sets_are_known_by_their_columns(void **state)
{
	struct dataset d;
	enum feature_set set = FEATURE_SETS;

	(void)state;
	dataset_init(&d);
	assert_false(load_set_of(&d, &set));
	for (unsigned i = 0; i < feature_count(FEATURE_FULL); i++)
		names_add(&d.features, feature_name(FEATURE_FULL, i));
	assert_true(load_set_of(&d, &set));
	assert_int_equal(set, FEATURE_FULL);
	names_add(&d.features, "more");
	assert_false(load_set_of(&d, &set));
	dataset_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traces_of_one_name_stay_apart),
		cmocka_unit_test(no_file_is_read_twice),
		cmocka_unit_test(other_columns_are_refused),
		cmocka_unit_test(feature_sets_are_known_by_their_columns),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
