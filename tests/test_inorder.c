/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inorder.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"

#define PARTS   60
#define THREADS 5
#define WINDOW  7

struct writers {
	struct inorder *s;
	_Atomic uint32_t next;
	_Atomic uint32_t failed;
};

/* Every seventh part is more than is kept of a part that must wait. */
static uint32_t lines_of(uint32_t part)
{
	return part % 7 == 3 ? INORDER_KEPT / 16 + 1000 : part % 5 * 100;
}

static void *write_parts(void *arg)
{
	struct writers *w = arg;
	uint32_t part;

	while ((part = atomic_fetch_add(&w->next, 1)) < PARTS) {
		FILE *out = inorder_open(w->s, part);

		for (uint32_t i = 0; out && i < lines_of(part); i++)
			fprintf(out, "part %3u %7u\n", part, i);
		if (!out || ferror(out))
			atomic_fetch_add(&w->failed, 1);
		inorder_close(w->s, out, part);
	}
	return NULL;
}

static uint32_t write_all(FILE *to, int *error)
{
	struct writers w = { .s = inorder_new(to, WINDOW) };
	pthread_t thread[THREADS];

	assert_non_null(w.s);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, write_parts, &w), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	*error = inorder_error(w.s);
	inorder_free(w.s);
	return w.failed;
}

static void parts_come_out_one_after_the_other(void **state)
{
	char *text = NULL, line[32];
	size_t len = 0, at = 0;
	FILE *to = open_memstream(&text, &len);
	int error;

	(void)state;
	assert_non_null(to);
	assert_int_equal(write_all(to, &error), 0);
	assert_int_equal(error, 0);
	assert_int_equal(fclose(to), 0);
	for (uint32_t part = 0; part < PARTS; part++) {
		for (uint32_t i = 0; i < lines_of(part); i++) {
			size_t n = (size_t)snprintf(line, sizeof(line), "part %3u %7u\n",
			                            part, i);

			assert_true(at + n <= len);
			assert_memory_equal(text + at, line, n);
			at += n;
		}
	}
	assert_int_equal(at, len);
	free(text);
}

/* Nobody waits for a part that can no longer be written. */
static void a_full_disk_ends_all_parts(void **state)
{
	FILE *to = fopen("/dev/full", "w");
	int error;

	(void)state;
	if (!to)
		skip();
	assert_true(write_all(to, &error) > 0);
	assert_int_equal(error, ENOSPC);
	(void)fclose(to);
}

static void what_waits_is_not_seen_before_its_turn(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len), *first, *second;
	struct inorder *s = inorder_new(to, 2);

	(void)state;
	first = inorder_open(s, 0);
	second = inorder_open(s, 1);
	fputs("second", second);
	assert_int_equal(fflush(second), 0);
	assert_int_equal(fflush(to), 0);
	assert_int_equal(len, 0);
	fputs("first ", first);
	assert_int_equal(fflush(first), 0);
	assert_string_equal(text, "first ");
	inorder_close(s, first, 0);
	assert_string_equal(text, "first second");
	fputs(".", second);
	inorder_close(s, second, 1);
	assert_string_equal(text, "first second.");
	inorder_free(s);
	inorder_free(NULL);
	(void)fclose(to);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_come_out_one_after_the_other),
		cmocka_unit_test(a_full_disk_ends_all_parts),
		cmocka_unit_test(what_waits_is_not_seen_before_its_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
