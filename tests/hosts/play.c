/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up application at work, through real sockets: `traffic serve` answers it.
 *
 *   play APP ADDRESS PORT FROM SEED SECONDS
 *
 * From address FROM, for so many seconds, one burst after the other with silence between
 * them.  Each app has its own manner of connections, sizes and pauses, with enough chance
 * in it that no two bursts are alike; other seeds, other chances.  Exits 0 when all of it
 * was answered. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS   10000
#define SILENCE_LEAST 1200 /* more than the second that ends a burst */
#define SILENCE_MOST  1600

struct range {
	unsigned least, most;
};

static const struct app {
	const char *name;
	int type;
	bool at_once;          /* connections do not wait for each other */
	struct range flows;    /* in a burst */
	struct range turns;    /* datagrams of a flow */
	struct range bytes;    /* of a download, or of a datagram */
	struct range pause_ms; /* before a flow, or between datagrams */
} apps[] = {
	/* Messages, one after the other. */
	{ "Chat", SOCK_STREAM, false, { 2, 5 }, { 1, 1 }, { 60, 900 }, { 40, 350 } },
	/* A page: many small files at a time. */
	{ "Web", SOCK_STREAM, true, { 3, 6 }, { 1, 1 }, { 4000, 60000 }, { 0, 60 } },
	/* The next piece of a film, in good quality. */
	{ "Video",
	  SOCK_STREAM,
	  false,
	  { 1, 2 },
	  { 1, 1 },
	  { 500000, 1500000 },
	  { 5, 40 } },
	/* Positions there, positions back. */
	{ "Game", SOCK_DGRAM, true, { 1, 2 }, { 20, 50 }, { 40, 120 }, { 20, 45 } },
	/* Frames of voice, all of a kind. */
	{ "Voice", SOCK_DGRAM, true, { 1, 1 }, { 40, 90 }, { 160, 176 }, { 18, 22 } },
	/* Everything, as fast as it goes. */
	{ "Backup", SOCK_DGRAM, true, { 1, 1 }, { 150, 300 }, { 1100, 1400 }, { 0, 2 } },
};

struct player {
	const struct app *app;
	const char *address, *port, *from;
	uint32_t chance;
};

static int bail(const char *what)
{
	fprintf(stderr, "play: %s: %s\n", what, strerror(errno));
	return 1;
}

static unsigned within(struct player *p, struct range r)
{
	p->chance =
		p->chance * 1664525 + 1013904223; /* its upper bits are the good ones */
	return r.least +
	       (unsigned)((uint64_t)(p->chance >> 8) * (r.most - r.least + 1) >> 24);
}

static void wait_ms(unsigned ms)
{
	struct timespec left = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

/* A socket of the app's kind from one numeric address to another, or -1. */
static int connect_from(const struct player *p)
{
	struct addrinfo want = { .ai_socktype = p->app->type,
		                 .ai_flags = AI_NUMERICHOST };
	struct addrinfo *to, *from = NULL;
	int fd = -1;

	if (getaddrinfo(p->address, p->port, &want, &to) != 0) {
		errno = EINVAL;
		return -1;
	}
	if (getaddrinfo(p->from, NULL, &want, &from) == 0)
		fd = socket(to->ai_family, p->app->type | SOCK_CLOEXEC, 0);
	if (fd >= 0 && (bind(fd, from->ai_addr, from->ai_addrlen) < 0 ||
	                connect(fd, to->ai_addr, to->ai_addrlen) < 0)) {
		(void)close(fd); /* nothing was written */
		fd = -1;
	}
	freeaddrinfo(to);
	if (from)
		freeaddrinfo(from);
	return fd;
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, PATIENCE_MS) > 0;
}

static int download(int fd, unsigned long bytes)
{
	static char buf[65536];
	unsigned long have = 0;
	ssize_t n = 0;

	if (dprintf(fd, "%lu\n", bytes) < 0)
		return bail("asking");
	while (readable(fd) && (n = read(fd, buf, sizeof(buf))) > 0)
		have += (unsigned long)n;
	return have == bytes ? 0 : bail("download");
}

/* Answers are not waited for: a real one does not stop for what was lost either. */
static int talk(struct player *p, int fd)
{
	unsigned turns = within(p, p->app->turns), answers = 0;
	char buf[1500] = { 0 };

	for (unsigned i = 0; i < turns; i++) {
		if (send(fd, buf, within(p, p->app->bytes), 0) < 0)
			return bail("datagram");
		wait_ms(within(p, p->app->pause_ms));
		while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
			answers++;
	}
	while (answers < turns && readable(fd) && recv(fd, buf, sizeof(buf), 0) > 0)
		answers++;
	return answers == turns ? 0 : bail("answers");
}

static int flow(struct player *p)
{
	int fd = connect_from(p), code;

	if (fd < 0)
		return bail(p->from);
	if (p->app->type == SOCK_STREAM)
		code = download(fd, within(p, p->app->bytes));
	else
		code = talk(p, fd);
	(void)close(fd); /* all was read */
	return code;
}

static bool wait_for_flows(void)
{
	bool good = true;
	int status;

	while (wait(&status) > 0)
		good &= status == 0;
	return good;
}

/* A child for each flow: it has chances of its own. */
static bool burst(struct player *p)
{
	bool good = true;

	for (unsigned n = within(p, p->app->flows); n > 0; n--) {
		uint32_t seed = within(p, (struct range){ 0, 1 << 20 });
		pid_t child;

		if (p->app->type == SOCK_STREAM)
			wait_ms(within(p, p->app->pause_ms));
		child = fork();
		if (child == 0) {
			p->chance ^= seed << 8;
			_exit(flow(p));
		}
		good &= child > 0 && (p->app->at_once || wait_for_flows());
	}
	return wait_for_flows() && good;
}

static int play(struct player *p, double seconds)
{
	struct timespec began, now;
	int code = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &began); /* cannot fail */
	do {
		code |= !burst(p);
		wait_ms(within(p, (struct range){ SILENCE_LEAST, SILENCE_MOST }));
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((double)(now.tv_sec - began.tv_sec) < seconds);
	return code;
}

int main(int argc, char **argv)
{
	struct player p = { .app = NULL };

	for (size_t i = 0; argc == 7 && i < sizeof(apps) / sizeof(apps[0]); i++)
		if (strcmp(apps[i].name, argv[1]) == 0)
			p.app = &apps[i];
	if (!p.app) {
		fputs("usage: play Chat|Web|Video|Game|Voice|Backup ADDRESS PORT FROM "
		      "SEED "
		      "SECONDS\n",
		      stderr);
		return 2;
	}
	p.address = argv[2];
	p.port = argv[3];
	p.from = argv[4];
	p.chance = (uint32_t)strtoul(argv[5], NULL, 10) * 2654435761U;
	return play(&p, strtod(argv[6], NULL));
}
