/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>

#include "testing.h"

static char path[] = "/tmp/nfclass-sink-XXXXXX";

static const char *written(void)
{
	static char text[8192];
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = 0;
	fclose(in);
	return text;
}

static struct record record(uint64_t burst, const char *label)
{
	struct record r = { .burst = burst };

	r.ends.proto = 6;
	(void)snprintf(r.label, sizeof(r.label), "%s", label);
	return r;
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void seed_lines_stand_under_their_burst(void **state)
{
	struct sink s = { .to_syslog = false };
	struct record r[] = { record(1, "A"), record(1, "B"), record(2, "A") };
	struct fault f;

	(void)state;
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(sink_open(&s, path, RECORD_SEED, &f), 0);
	for (size_t i = 0; i < 3; i++)
		sink_put(&s, &r[i]);
	sink_flush(&s);
	assert_int_equal(count(written(), "Burst 1:\n<"), 1);
	assert_int_equal(count(written(), "Burst 2:\n<"), 1);
	assert_int_equal(count(written(), "\n"), 5);
	assert_int_equal(s.labels.count, 2);
	assert_int_equal(s.label_count[names_find(&s.labels, "A")], 2);
	assert_int_equal(s.label_count[names_find(&s.labels, "B")], 1);
	sink_clear(&s);
}

static void rows_have_a_title_each_second(void **state)
{
	struct sink s = { .to_syslog = false };
	struct tally_row row = { .pkts = { 1, 2 }, .ends.proto = 17 };
	struct fault f;

	(void)state;
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(sink_open(&s, path, RECORD_SEED, &f), 0);
	sink_put_row(&s, &row, 1000, 0);
	sink_put_row(&s, &row, 1000, 0);
	sink_put_row(&s, &row, 1001, 0);
	sink_put_row(&s, &row, 1001, 1); /* another worker's */
	sink_flush(&s);
	assert_int_equal(count(written(), TALLY_TITLE "\n"), 3);
	assert_int_equal(count(written(), "\n"), 10);
	assert_int_equal(sink_open(&s, path, RECORD_KV, &f), 0);
	sink_put_row(&s, &row, 1002, 0);
	sink_flush(&s);
	assert_int_equal(count(written(), "\n"), 10);
	sink_clear(&s);
}

static void another_file_that_cannot_be_opened_changes_nothing(void **state)
{
	struct sink s = { .to_syslog = false };
	struct record r = record(1, "A");
	struct fault f;

	(void)state;
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(sink_open(&s, path, RECORD_KV, &f), 0);
	assert_int_equal(sink_open(&s, "/nonexistent/x", RECORD_SEED, &f), -ENOENT);
	assert_non_null(strstr(f.text, "/nonexistent/x"));
	sink_put(&s, &r);
	sink_flush(&s);
	assert_non_null(strstr(written(), "label=A"));
	sink_clear(&s);
}

/* A folder whose file system is read-only refuses root, too. */
static void a_file_that_may_not_be_opened_keeps_the_one_that_is(void **state)
{
	struct sink s = { .to_syslog = false };
	struct record r = record(1, "A");
	int fd = open("/sys/nfclass", O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	struct fault f;

	(void)state;
	if (fd >= 0 || (errno != EACCES && errno != EPERM && errno != EROFS))
		skip();
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(sink_open(&s, path, RECORD_KV, &f), 0);
	assert_int_equal(sink_open(&s, "/sys/nfclass", RECORD_KV, &f), 0);
	assert_string_equal(s.path, "/sys/nfclass");
	sink_put(&s, &r);
	sink_flush(&s);
	assert_non_null(strstr(written(), "label=A"));
	sink_clear(&s);
}

static void a_full_disk_is_counted(void **state)
{
	struct sink s = { .to_syslog = false };
	struct record r = record(1, "A");
	struct fault f;

	(void)state;
	if (access("/dev/full", W_OK) < 0)
		skip();
	assert_int_equal(sink_open(&s, "/dev/full", RECORD_KV, &f), 0);
	sink_put(&s, &r);
	sink_flush(&s);
	assert_true(s.file_is_broken);
	sink_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed_lines_stand_under_their_burst),
		cmocka_unit_test(rows_have_a_title_each_second),
		cmocka_unit_test(another_file_that_cannot_be_opened_changes_nothing),
		cmocka_unit_test(a_file_that_may_not_be_opened_keeps_the_one_that_is),
		cmocka_unit_test(a_full_disk_is_counted),
	};

	return run_with_file(path, tests);
}
