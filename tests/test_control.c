/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thread plays both sides: clients are blocking sockets that are only read from once
 * something is there. */
#include "control.h"

#include <errno.h>
#include <sys/socket.h>

#include "testing.h"

static char folder[] = "/tmp/nfclass-control-XXXXXX";
static char path[64];
static struct mono now = { 1000 * (int64_t)MONO_SECOND };

static struct control *open_one(void)
{
	const struct door_params p = { .path = path, .mode = 0600, .group = "" };
	struct fault f = { "" };
	struct control *c = control_new(&p, &f);

	if (!c)
		fail_msg("%s", f.text);
	return c;
}

static int come(const char *line)
{
	struct fault f;
	int fd = door_connect(path, &f);

	assert_true(fd >= 0);
	assert_int_equal(send(fd, line, strlen(line), MSG_NOSIGNAL), strlen(line));
	return fd;
}

/* One turn of the daemon's loop, which does not wait. */
static void turn(struct control *c)
{
	struct pollfd p[CONTROL_FDS];

	(void)control_advance(c, now);
	control_poll(c, p);
	assert_true(poll(p, CONTROL_FDS, 0) >= 0);
	control_turn(c, p, now);
}

static void later(int64_t ms)
{
	now = mono_add(now, mono_ms(ms));
}

static const char *got(int fd)
{
	static char text[4096];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = 0;
	return n < 0 && errno == EAGAIN ? "nothing yet" : text;
}

static void a_request_is_answered(void **state)
{
	struct control *c = open_one();
	int fd = come("nfclass 1 top json 5 6\n");
	const struct control_ask *ask;

	(void)state;
	turn(c);
	ask = control_next(c, now);
	assert_non_null(ask);
	assert_int_equal(ask->request.verb, REQUEST_TOP);
	assert_int_equal(ask->request.rows, 5);
	assert_int_equal(ask->uid, getuid());
	control_answer(c, true, strdup("hello\n"), now);
	assert_string_equal(got(fd), "nfclass 1 ok 6\nhello\n");
	assert_string_equal(got(fd), "");
	assert_null(control_next(c, now));
	close(fd);
	control_free(c);
	assert_int_equal(access(path, F_OK), -1);
}

static void a_refusal_says_why(void **state)
{
	struct control *c = open_one();
	int fd = come("nfclass 1 dance\n"), other = come("nfclass 1 reload\n");

	(void)state;
	turn(c);
	assert_non_null(control_next(c, now));
	control_answer(c, false, NULL, now); /* memory is short */
	assert_non_null(strstr(got(fd), "nfclass 1 refused "));
	assert_string_equal(got(other), "nfclass 1 refused 0\n");
	close(fd);
	close(other);
	control_free(c);
}

static void a_request_may_come_in_pieces(void **state)
{
	static const char line[] = "nfclass 1 status json\n";
	struct control *c = open_one();
	int fd = come("");

	(void)state;
	for (size_t i = 0; line[i]; i++) {
		turn(c);
		assert_null(control_next(c, now));
		assert_int_equal(send(fd, line + i, 1, 0), 1);
	}
	turn(c);
	assert_non_null(control_next(c, now));
	control_answer(c, true, strdup("x"), now);
	assert_string_equal(got(fd), "nfclass 1 ok 1\nx");
	close(fd);
	control_free(c);
}

static void a_line_without_end_is_refused(void **state)
{
	char line[REQUEST_SIZE];
	struct control *c = open_one();
	int fd, half;

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = 0;
	fd = come(line);
	line[sizeof(line) - 2] = 0;
	half = come(line);
	turn(c);
	assert_non_null(strstr(got(fd), "too long"));
	assert_string_equal(got(half), "nothing yet");
	close(fd);
	close(half);
	control_free(c);
}

static void who_says_nothing_has_to_leave(void **state)
{
	struct control *c = open_one();
	int fd = come("nfclass 1 sta");

	(void)state;
	turn(c);
	assert_in_range(control_advance(c, now), CONTROL_WAIT_MS, CONTROL_WAIT_MS + 1);
	later(CONTROL_WAIT_MS - 1);
	turn(c);
	assert_string_equal(got(fd), "nothing yet");
	later(1);
	turn(c);
	assert_string_equal(got(fd), "");
	assert_int_equal(control_advance(c, now), -1);
	close(fd);
	control_free(c);
}

/* The one who asks gets in although all places are taken by those who came before. */
static void the_silent_make_room(void **state)
{
	struct control *c = open_one();
	int fd[CONTROL_CLIENTS + 1];

	(void)state;
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		fd[i] = come(i == 0 ? "nfclass 1 status text\n" : "");
	turn(c);
	fd[CONTROL_CLIENTS] = come("nfclass 1 reload\n");
	turn(c);
	assert_string_equal(got(fd[0]), "nothing yet"); /* asked already */
	assert_string_equal(got(fd[1]), "");
	assert_string_equal(got(fd[2]), "nothing yet");
	assert_int_equal(control_next(c, now)->request.verb, REQUEST_STATUS);
	control_answer(c, true, strdup(""), now);
	later(5);
	assert_int_equal(control_next(c, now)->request.verb, REQUEST_RELOAD);
	control_answer(c, true, strdup(""), now);
	for (int i = 0; i <= CONTROL_CLIENTS; i++)
		close(fd[i]);
	control_free(c);
}

static void requests_come_one_by_one(void **state)
{
	struct control *c = open_one();
	int a = come("nfclass 1 status text\n"), b = come("nfclass 1 status text\n");

	(void)state;
	turn(c);
	assert_non_null(control_next(c, now));
	control_answer(c, true, strdup("a"), now);
	assert_null(control_next(c, now));
	assert_in_range(control_advance(c, now), 1, 10);
	assert_string_equal(got(a), "nfclass 1 ok 1\na");
	later(10);
	assert_int_equal(control_advance(c, now), 0);
	assert_non_null(control_next(c, now));
	control_answer(c, true, strdup("b"), now);
	assert_string_equal(got(b), "nfclass 1 ok 1\nb");
	close(a);
	close(b);
	control_free(c);
}

static char *long_text(size_t len)
{
	char *text = malloc(len + 1);

	assert_non_null(text);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)('a' + i % 26);
	text[len] = 0;
	return text;
}

/* Twice as many as there are places, all at once: the others wait outside. */
static void whole_requests_are_all_answered(void **state)
{
	struct control *c = open_one();
	int fd[2 * CONTROL_CLIENTS];

	(void)state;
	for (int i = 0; i < 2 * CONTROL_CLIENTS; i++)
		fd[i] = come("nfclass 1 status text\n");
	for (int i = 0; i < 2 * CONTROL_CLIENTS; i++) {
		turn(c);
		assert_non_null(control_next(c, now));
		control_answer(c, true, strdup("hello\n"), now);
		later(10);
	}
	for (int i = 0; i < 2 * CONTROL_CLIENTS; i++) {
		assert_string_equal(got(fd[i]), "nfclass 1 ok 6\nhello\n");
		close(fd[i]);
	}
	control_free(c);
}

static void a_long_answer_waits_for_its_reader(void **state)
{
	const size_t len = 2000000;
	char *all = calloc(1, len + 64), *text = long_text(len);
	struct control *c = open_one();
	int fd = come("nfclass 1 top text 5 5\n");
	size_t have = 0;

	(void)state;
	turn(c);
	assert_non_null(control_next(c, now));
	control_answer(c, true, long_text(len), now);
	for (;;) {
		ssize_t n = recv(fd, all + have, len + 63 - have, MSG_DONTWAIT);

		if (n == 0)
			break;
		if (n > 0)
			have += (size_t)n;
		turn(c);
	}
	assert_string_equal(all,
	                    memcmp(all, "nfclass 1 ok 2000000\n", 21) == 0 ? all : "");
	assert_string_equal(all + 21, text);
	free(all);
	free(text);
	close(fd);
	control_free(c);
}

static void who_does_not_read_has_to_leave(void **state)
{
	struct control *c = open_one();
	int fd = come("nfclass 1 top text 5 5\n");

	(void)state;
	turn(c);
	assert_non_null(control_next(c, now));
	control_answer(c, true, long_text(2000000), now);
	later(CONTROL_WAIT_MS - 1);
	assert_int_not_equal(control_advance(c, now), -1);
	later(1);
	assert_int_equal(control_advance(c, now), -1);
	close(fd);
	control_free(c);
}

static void who_has_gone_is_forgotten(void **state)
{
	struct control *c = open_one();
	int a = come("nfclass 1 top text 5 5\n"), b = come(""),
	    d = come("nfclass 1 reload\n");

	(void)state;
	turn(c);
	assert_non_null(control_next(c, now));
	control_answer(c, true, long_text(2000000), now);
	close(a);
	close(b);
	close(d);
	turn(c);
	assert_int_equal(control_advance(c, now), -1);
	later(10);
	assert_null(control_next(c, now));
	control_free(c);
}

static void nobody_asks_without_a_socket(void **state)
{
	struct pollfd p[CONTROL_FDS];

	(void)state;
	assert_int_equal(control_advance(NULL, now), -1);
	control_poll(NULL, p);
	for (int i = 0; i < CONTROL_FDS; i++)
		assert_int_equal(p[i].fd, -1);
	control_turn(NULL, p, now);
	assert_null(control_next(NULL, now));
	control_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_answered),
		cmocka_unit_test(a_refusal_says_why),
		cmocka_unit_test(a_request_may_come_in_pieces),
		cmocka_unit_test(a_line_without_end_is_refused),
		cmocka_unit_test(who_says_nothing_has_to_leave),
		cmocka_unit_test(the_silent_make_room),
		cmocka_unit_test(requests_come_one_by_one),
		cmocka_unit_test(whole_requests_are_all_answered),
		cmocka_unit_test(a_long_answer_waits_for_its_reader),
		cmocka_unit_test(who_does_not_read_has_to_leave),
		cmocka_unit_test(who_has_gone_is_forgotten),
		cmocka_unit_test(nobody_asks_without_a_socket),
	};
	int failures;

	if (!mkdtemp(folder))
		return 1;
	(void)snprintf(path, sizeof(path), "%s/control", folder);
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	return failures;
}
