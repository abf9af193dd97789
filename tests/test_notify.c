/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify.h"

/* An abstract address needs no file, and takes the same way. */
static void a_state_is_sent(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[64], got[64] = "";
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int len = snprintf(name, sizeof(name), "@nfclass-test-%ld", (long)getpid());

	(void)state;
	memcpy(at.sun_path, name, (size_t)len);
	at.sun_path[0] = 0;
	assert_int_equal(bind(fd, (struct sockaddr *)&at,
	                      (socklen_t)offsetof(struct sockaddr_un, sun_path) +
	                              (socklen_t)len),
	                 0);
	setenv("NOTIFY_SOCKET", name, 1);
	notify_send("READY=1");
	assert_int_equal(recv(fd, got, sizeof(got), MSG_DONTWAIT), 7);
	assert_string_equal(got, "READY=1");
	close(fd);
	notify_send("READY=1"); /* nobody there: nothing happens */
	unsetenv("NOTIFY_SOCKET");
	notify_send("READY=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_state_is_sent) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
