/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Round trips of a small UDP packet: `pong serve PORT` sends back what comes, `pong ask
 * ADDRESS PORT COUNT` prints the median, the 99th percentile and the longest in
 * microseconds, and how many questions stayed without an answer. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS 200000

static double now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* this clock always is there */
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int serve(int fd, struct sockaddr_in *at)
{
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	char buf[256];

	if (bind(fd, (struct sockaddr *)at, sizeof(*at)) < 0)
		return 1;
	puts("ready");
	(void)fflush(stdout); /* whoever waits for it gives up by itself */
	for (;;) {
		ssize_t len = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from,
		                       &from_len);

		if (len > 0)
			(void)sendto(fd, buf, (size_t)len, 0, (struct sockaddr *)&from,
			             from_len); /* lost answers are the asker's to count
			                         */
		from_len = sizeof(from);
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* true when the answer to this very question came in time. */
static int ask_once(int fd, uint32_t number)
{
	uint32_t answer;

	if (send(fd, &number, sizeof(number), 0) < 0)
		return 0;
	while (recv(fd, &answer, sizeof(answer), 0) == sizeof(answer)) {
		if (answer == number)
			return 1;
	}
	return 0;
}

static int ask(int fd, const struct sockaddr_in *at, uint32_t count)
{
	struct timeval patience = { 0, 200000 };
	struct timespec pause = { 0, PAUSE_NS };
	double *us = calloc(count, sizeof(*us));
	uint32_t got = 0;

	if (!us || connect(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		return 1;
	for (uint32_t i = 0; i < count; i++) {
		double start_us = now_us();

		if (ask_once(fd, i))
			us[got++] = now_us() - start_us;
		(void)nanosleep(&pause, NULL); /* the pause need not be exact */
	}
	if (!got)
		return 1;
	qsort(us, got, sizeof(*us), by_value);
	printf("%.2f %.2f %.2f %u\n", us[got / 2], us[got * 99 / 100], us[got - 1],
	       count - got);
	free(us);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && argc == 3 && !strcmp(argv[1], "serve")) {
		at.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
		return serve(fd, &at);
	}
	if (fd >= 0 && argc == 5 && !strcmp(argv[1], "ask") &&
	    inet_pton(AF_INET, argv[2], &at.sin_addr) == 1) {
		at.sin_port = htons((uint16_t)strtoul(argv[3], NULL, 10));
		return ask(fd, &at, (uint32_t)strtoul(argv[4], NULL, 10));
	}
	fputs("usage: pong serve PORT | pong ask ADDRESS PORT COUNT\n", stderr);
	return 2;
}
