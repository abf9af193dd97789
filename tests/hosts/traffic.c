/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic through real sockets.
 *
 *   traffic serve PORT               answer on TCP and UDP, IPv4 and IPv6, until killed
 *   traffic get ADDRESS PORT BYTES   download so many bytes over TCP
 *   traffic ask ADDRESS PORT COUNT   so many datagrams, each sent when the last was
 * answered
 *
 * A TCP client sends the number of bytes that it wants as text and a line end; a datagram
 * comes back as it was.  get and ask tell which port they ask from, and exit 0 when all of
 * it came. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_MS 10000

static int bail(const char *what)
{
	fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
	return 1;
}

/* In a child of its own: ends the process. */
static void answer(int fd)
{
	static const char zeros[65536];
	char want[32] = { 0 };
	unsigned long long left;
	size_t have = 0;

	while (have < sizeof(want) - 1 && !strchr(want, '\n')) {
		ssize_t n = read(fd, want + have, sizeof(want) - 1 - have);

		if (n <= 0)
			_exit(1);
		have += (size_t)n;
	}
	left = strtoull(want, NULL, 10);
	while (left > 0) {
		ssize_t n = write(fd, zeros,
		                  left < sizeof(zeros) ? (size_t)left : sizeof(zeros));

		if (n <= 0)
			_exit(1);
		left -= (unsigned long long)n;
	}
	_exit(0);
}

static int listen_on(int type, uint16_t port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 64) < 0))
		return -1;
	return fd;
}

static void echo(int fd)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char buf[65536];
	ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);

	/* A datagram that is lost is the asker's to notice. */
	if (n >= 0)
		(void)sendto(fd, buf, (size_t)n, 0, (struct sockaddr *)&from, len);
}

static int serve(uint16_t port)
{
	struct pollfd p[2] = { { .fd = listen_on(SOCK_STREAM, port), .events = POLLIN },
		               { .fd = listen_on(SOCK_DGRAM, port), .events = POLLIN } };

	if (p[0].fd < 0 || p[1].fd < 0)
		return bail("serve");
	(void)signal(SIGCHLD, SIG_IGN); /* children need no burial */
	puts("ready");
	(void)fflush(stdout); /* who waits for the line will say that it never came */
	while (poll(p, 2, -1) > 0) {
		if (p[1].revents)
			echo(p[1].fd);
		if (p[0].revents) {
			int fd = accept(p[0].fd, NULL, NULL);

			if (fd >= 0 && fork() == 0)
				answer(fd);
			(void)close(fd); /* the child has its own */
		}
	}
	return bail("poll");
}

static int connect_to(int type, const char *address, const char *port)
{
	struct addrinfo want = { .ai_socktype = type, .ai_flags = AI_NUMERICHOST }, *at;
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 }; /* to connect, too */
	int fd;

	if (getaddrinfo(address, port, &want, &at) != 0) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(at->ai_family, type | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		                 sizeof(patience));
	if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) < 0) {
		(void)close(fd); /* nothing was written */
		fd = -1;
	}
	freeaddrinfo(at);
	return fd;
}

static void tell_port(int fd)
{
	struct sockaddr_in6 own = { 0 }; /* its port stands where IPv4 has it */
	socklen_t len = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &len) == 0)
		printf("port %u\n", ntohs(own.sin6_port));
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, PATIENCE_MS) > 0;
}

static int get(const char *address, const char *port, unsigned long long bytes)
{
	int fd = connect_to(SOCK_STREAM, address, port);
	unsigned long long have = 0;
	ssize_t n = 0;

	if (fd < 0 || dprintf(fd, "%llu\n", bytes) < 0)
		return bail(address);
	tell_port(fd);
	while (readable(fd)) {
		char buf[65536];

		n = read(fd, buf, sizeof(buf));
		if (n <= 0)
			break;
		have += (unsigned long long)n;
	}
	printf("%llu of %llu bytes from %s\n", have, bytes, address);
	return have == bytes ? 0 : 1;
}

static int ask(const char *address, const char *port, unsigned long long count)
{
	int fd = connect_to(SOCK_DGRAM, address, port);
	unsigned long long answered = 0;

	if (fd < 0)
		return bail(address);
	tell_port(fd);
	for (; answered < count; answered++) {
		char buf[200] = { 0 };
		size_t len = 20 + answered % 180;

		if (send(fd, buf, len, 0) < 0 || !readable(fd) ||
		    recv(fd, buf, sizeof(buf), 0) != (ssize_t)len)
			break;
	}
	printf("%llu of %llu datagrams answered by %s\n", answered, count, address);
	return answered == count ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve((uint16_t)strtoul(argv[2], NULL, 10));
	if (argc == 5 && strcmp(argv[1], "get") == 0)
		return get(argv[2], argv[3], strtoull(argv[4], NULL, 10));
	if (argc == 5 && strcmp(argv[1], "ask") == 0)
		return ask(argv[2], argv[3], strtoull(argv[4], NULL, 10));
	fputs("usage: traffic serve PORT | get ADDRESS PORT BYTES | ask ADDRESS PORT "
	      "COUNT\n",
	      stderr);
	return 2;
}
