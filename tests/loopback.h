/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_TESTS_LOOPBACK_H
#define NFCLASS_TESTS_LOOPBACK_H

/* The loopback interface of a network namespace of this process's own, and datagrams
 * between addresses of it. */
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "testing.h"

#define CLIENTS 0x7f000100 /* 127.0.1.0/24 */
#define SERVER  0x7f000201
#define PORT    443

/* Go there; iptables takes this rule.  false when it cannot be. */
static inline bool loopback_enter(const char *rule)
{
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	char command[256];
	int fd;

	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &up) < 0)
		return false;
	(void)close(fd); /* it has served */
	(void)snprintf(command, sizeof(command), "iptables -w -t mangle %s", rule);
	return system(command) == 0;
}

static inline struct sockaddr_in loopback_address(uint32_t ip, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		                     .sin_addr.s_addr = htonl(ip),
		                     .sin_port = htons(port) };
}

static inline int loopback_bound(uint32_t ip, uint16_t port)
{
	struct sockaddr_in at = loopback_address(ip, port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* To the server, whether or not it gets there. */
static inline void loopback_send(uint32_t client, uint16_t port)
{
	struct sockaddr_in to = loopback_address(SERVER, PORT);
	int fd = loopback_bound(client, port);
	ssize_t n = sendto(fd, "hello", 5, 0, (struct sockaddr *)&to, sizeof(to));

	(void)close(fd); /* what was to be sent is */
	assert_int_equal(n, 5);
}

#endif
