/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "testing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

static char dir[] = "/tmp/nfclass-file-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	(void)unlink("kept");
	return chdir("/") == 0 && rmdir(dir) == 0 ? 0 : -1;
}

static unsigned files_here(void)
{
	DIR *d = opendir(".");
	unsigned n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void assert_holds(const char *path, const void *want, size_t want_len)
{
	uint8_t *data;
	size_t len;

	assert_int_equal(file_read(path, &data, &len, NULL), 0);
	assert_int_equal(len, want_len);
	assert_memory_equal(data, want, len);
	assert_int_equal(data[len], 0); /* a NUL behind the last byte */
	free(data);
}

/* Around the sizes at which the buffer grows. */
static void what_is_written_is_read(void **state)
{
	static const size_t sizes[] = {
		0, 1, 65534, 65535, 65536, 131071, 131072, 1000003
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *data = malloc(sizes[i] + 1);

		for (size_t k = 0; k < sizes[i]; k++)
			data[k] = (uint8_t)(k * 7 + i);
		assert_int_equal(file_write("kept", data, sizes[i], NULL), 0);
		assert_holds("kept", data, sizes[i]);
		free(data);
	}
	assert_int_equal(files_here(), 1); /* nothing is left beside it */
	(void)state;
}

/* Who has the old file open goes on reading the old one. */
static void a_reader_sees_the_old_file_or_the_new(void **state)
{
	char buf[8] = { 0 };
	int fd;

	assert_int_equal(file_write("kept", "old", 3, NULL), 0);
	fd = open("kept", O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(file_write("kept", "newer", 5, NULL), 0);
	assert_int_equal(read(fd, buf, sizeof(buf)), 3);
	assert_string_equal(buf, "old");
	close(fd);
	assert_holds("kept", "newer", 5);
	(void)state;
}

static void faults_name_the_path_and_the_reason(void **state)
{
	uint8_t *data = NULL;
	struct fault f;
	size_t len = 7;

	assert_int_equal(file_read("absent", &data, &len, &f), -ENOENT);
	assert_string_equal(f.text, "absent: No such file or directory");
	assert_int_equal(file_read(".", &data, &len, &f), -EISDIR);
	assert_string_equal(f.text, ".: Is a directory");
	assert_int_equal(file_write("no/such", "x", 1, &f), -ENOENT);
	assert_non_null(strstr(f.text, "no/such"));
	assert_non_null(strstr(f.text, "No such file or directory"));
	assert_int_equal(file_write("absent", "x", 1, NULL), 0);
	assert_int_equal(unlink("absent"), 0);
	assert_true(data == NULL && len == 7);
	(void)state;
}

/* A directory cannot be replaced: it stays, and the new file goes. */
static void a_failed_write_leaves_nothing(void **state)
{
	unsigned before = files_here();
	struct fault f;

	assert_int_equal(mkdir("taken", 0700), 0);
	assert_int_equal(file_write("taken", "x", 1, &f), -EISDIR);
	assert_int_equal(rmdir("taken"), 0);
	assert_int_equal(files_here(), before);
	(void)state;
}

static void dash_is_standard_input(void **state)
{
	int before = dup(STDIN_FILENO), ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a\0b", 3), 3);
	close(ends[1]);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	close(ends[0]);
	assert_holds("-", "a\0b", 3);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* still open */
	if (before >= 0)
		dup2(before, STDIN_FILENO);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_reader_sees_the_old_file_or_the_new),
		cmocka_unit_test(faults_name_the_path_and_the_reason),
		cmocka_unit_test(a_failed_write_leaves_nothing),
		cmocka_unit_test(dash_is_standard_input),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
