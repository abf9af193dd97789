/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

/* Between requests, so that nobody keeps the daemon from its work by asking. */
#define PAUSE_MS 5

/* Without descriptors for another client, for so long. */
#define DEAF_MS  1000

enum client_state { FREE, READING, ASKING, WRITING };

struct client {
	enum client_state state;
	int fd;
	uint64_t number; /* in the order of their coming */
	struct mono until;
	struct control_ask ask;
	size_t have; /* of the request */
	char in[REQUEST_SIZE];
	char head[REQUEST_SIZE];
	char *text; /* behind the head */
	size_t at, len;
};

struct control {
	struct door door;
	struct client client[CONTROL_CLIENTS];
	struct client *asked; /* whose request is being answered */
	uint64_t clients;
	struct mono deaf_until, next_ask;
};

struct control *control_new(const struct door_params *p, struct fault *f)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c) {
		fault_no_memory(f);
		return NULL;
	}
	if (door_open(&c->door, p, f) == 0)
		return c;
	free(c);
	return NULL;
}

static void leave(struct client *k)
{
	(void)close(k->fd); /* whether it got all is its business */
	free(k->text);
	*k = (struct client){ .state = FREE };
}

void control_free(struct control *c)
{
	if (!c)
		return;
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (c->client[i].state != FREE)
			leave(&c->client[i]);
	door_close(&c->door);
	free(c);
}

/* For one more: whoever has sent a whole request is answered first. */
static bool has_room(const struct control *c)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (c->client[i].state == FREE || c->client[i].state == READING)
			return true;
	return false;
}

void control_poll(const struct control *c, struct pollfd p[static CONTROL_FDS])
{
	static const short events[] = { [READING] = POLLIN, [WRITING] = POLLOUT };

	for (int i = 0; i < CONTROL_FDS; i++)
		p[i] = (struct pollfd){ .fd = -1 };
	if (!c)
		return;
	if (c->deaf_until.us == 0 && has_room(c))
		p[0] = (struct pollfd){ .fd = c->door.fd, .events = POLLIN };
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (c->client[i].state != FREE)
			p[1 + i] = (struct pollfd){
				.fd = c->client[i].fd,
				.events = events[c->client[i].state],
			};
}

static int ms_until(struct mono at, struct mono now)
{
	return mono_less(now, at) ? (int)((at.us - now.us) / 1000) + 1 : 0;
}

int control_advance(struct control *c, struct mono now)
{
	int wait_ms = -1;

	if (!c)
		return -1;
	if (!mono_less(now, c->deaf_until))
		c->deaf_until.us = 0;
	else
		wait_ms = ms_until(c->deaf_until, now);
	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *k = &c->client[i];

		if (k->state == ASKING)
			wait_ms = clock_sooner(wait_ms, ms_until(c->next_ask, now));
		if (k->state != READING && k->state != WRITING)
			continue;
		if (mono_less(now, k->until))
			wait_ms = clock_sooner(wait_ms, ms_until(k->until, now));
		else
			leave(k);
	}
	return wait_ms;
}

/* A free place, or that of who has been silent for the longest: has_room() says that
 * there is one. */
static struct client *make_room(struct control *c)
{
	struct client *silent = NULL;

	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *k = &c->client[i];

		if (k->state == FREE)
			return k;
		if (k->state == READING && (!silent || k->number < silent->number))
			silent = k;
	}
	leave(silent);
	return silent;
}

static void begin_answer(struct client *k, bool ok, char *text, struct mono now)
{
	const struct reply reply = { ok, text ? (uint32_t)strlen(text) : 0 };

	reply_line(&reply, k->head);
	k->text = text;
	k->len = strlen(k->head) + reply.len;
	k->until = mono_add(now, mono_ms(CONTROL_WAIT_MS));
	k->state = WRITING;
}

/* As much as can be sent now; the rest when there is room. */
static void write_answer(struct client *k)
{
	size_t head = strlen(k->head);

	while (k->at < k->len) {
		bool in_head = k->at < head;
		const char *from = in_head ? k->head + k->at : k->text + (k->at - head);
		ssize_t n = send(k->fd, from, in_head ? head - k->at : k->len - k->at,
		                 MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			break;
		k->at += (size_t)n;
	}
	leave(k);
}

static void refuse(struct client *k, const char *why, struct mono now)
{
	char *text = NULL;

	if (asprintf(&text, "%s\n", why) < 0)
		text = NULL;
	begin_answer(k, false, text, now);
	write_answer(k);
}

/* The line is whole; what comes behind it is nothing to us. */
static void take_line(struct client *k, struct mono now)
{
	struct fault f;

	if (strlen(k->in) < k->have)
		refuse(k, "not a request: it has a NUL", now);
	else if (request_parse(k->in, &k->ask.request, &f) < 0)
		refuse(k, f.text, now);
	else
		k->state = ASKING;
}

static void read_request(struct client *k, struct mono now)
{
	ssize_t n = recv(k->fd, k->in + k->have, sizeof(k->in) - 1 - k->have, 0);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		leave(k);
		return;
	}
	end = memchr(k->in + k->have, '\n', (size_t)n);
	k->have += (size_t)n;
	if (end) {
		*end = 0;
		k->have = (size_t)(end - k->in);
		take_line(k, now);
	} else if (k->have == sizeof(k->in) - 1) {
		refuse(k, "not a request: the line is too long", now);
	}
}

static void welcome(struct control *c, int fd, struct mono now)
{
	struct client *k = make_room(c);
	struct ucred who;
	socklen_t len = sizeof(who);

	*k = (struct client){ .state = READING,
		              .fd = fd,
		              .number = c->clients++,
		              .until = mono_add(now, mono_ms(CONTROL_WAIT_MS)) };
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0) {
		leave(k);
		return;
	}
	k->ask.uid = who.uid;
	read_request(k, now); /* mostly it is there already */
}

/* No more at a time than there are places. */
static void accept_some(struct control *c, struct mono now)
{
	for (int i = 0; i < CONTROL_CLIENTS && has_room(c); i++) {
		int fd = accept4(c->door.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			welcome(c, fd, now);
			continue;
		}
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			c->deaf_until = mono_add(now, mono_ms(DEAF_MS));
		return;
	}
}

void control_turn(struct control *c, const struct pollfd p[static CONTROL_FDS],
                  struct mono now)
{
	if (!c)
		return;
	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *k = &c->client[i];
		short got = p[1 + i].revents;

		if (k->state == FREE || !got)
			continue;
		if (k->state == READING)
			read_request(k, now);
		else if (got & POLLOUT)
			write_answer(k);
		else
			leave(k); /* it is gone, POLLHUP or POLLERR */
	}
	if (p[0].revents)
		accept_some(c, now);
}

const struct control_ask *control_next(struct control *c, struct mono now)
{
	if (!c || mono_less(now, c->next_ask))
		return NULL;
	c->asked = NULL;
	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *k = &c->client[i];

		if (k->state == ASKING && (!c->asked || k->number < c->asked->number))
			c->asked = k;
	}
	return c->asked ? &c->asked->ask : NULL;
}

void control_answer(struct control *c, bool ok, char *text, struct mono now)
{
	c->next_ask = mono_add(now, mono_ms(PAUSE_MS));
	begin_answer(c->asked, ok && text, text, now);
	write_answer(c->asked);
	c->asked = NULL;
}
