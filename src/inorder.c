/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inorder.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct part {
	char *kept;
	size_t len;
	bool whole;
};

struct inorder {
	FILE *to;
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t moved;
	uint32_t now; /* the part that goes straight through */
	int error;
	uint32_t window;
	struct part part[]; /* by number modulo window */
};

/* What a part's stream knows. */
struct writer {
	struct inorder *s;
	uint32_t number;
};

struct inorder *inorder_new(FILE *to, uint32_t window)
{
	struct inorder *s = calloc(1, sizeof(*s) + window * sizeof(s->part[0]));

	if (!s)
		return NULL;
	s->to = to;
	s->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	s->moved = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	s->window = window;
	return s;
}

void inorder_free(struct inorder *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->window; i++)
		free(s->part[i].kept);
	free(s);
}

static struct part *part_at(struct inorder *s, uint32_t number)
{
	return &s->part[number % s->window];
}

/* All that follow, with the lock held. */

static void put_through(struct inorder *s, const char *data, size_t len)
{
	if (s->error || len == 0)
		return;
	errno = 0;
	if (fwrite(data, 1, len, s->to) != len || fflush(s->to) != 0)
		s->error = errno ? errno : EIO;
}

/* false when there is no room, or no memory, which is much the same. */
static bool keep(struct part *p, const char *data, size_t len)
{
	if (len > INORDER_KEPT - p->len)
		return false;
	if (!p->kept)
		p->kept = malloc(INORDER_KEPT);
	if (!p->kept)
		return false;
	memcpy(p->kept + p->len, data, len);
	p->len += len;
	return true;
}

/* The part at hand is whole: the next one's turn, and so on for what is whole already. */
static void move_on(struct inorder *s)
{
	while (part_at(s, s->now)->whole) {
		struct part *next;

		*part_at(s, s->now++) = (struct part){ 0 };
		next = part_at(s, s->now);
		put_through(s, next->kept, next->len);
		free(next->kept);
		next->kept = NULL;
		next->len = 0;
	}
	(void)pthread_cond_broadcast(&s->moved);
}

static ssize_t write_part(void *cookie, const char *data, size_t len)
{
	struct writer *w = cookie;
	struct inorder *s = w->s;
	int error;

	(void)pthread_mutex_lock(&s->lock);
	while (w->number != s->now && !s->error &&
	       !keep(part_at(s, w->number), data, len))
		(void)pthread_cond_wait(&s->moved, &s->lock);
	if (w->number == s->now)
		put_through(s, data, len);
	error = s->error;
	(void)pthread_mutex_unlock(&s->lock);
	errno = error;
	return error ? 0 : (ssize_t)len;
}

static int close_part(void *cookie)
{
	free(cookie);
	return 0;
}

FILE *inorder_open(struct inorder *s, uint32_t number)
{
	static const cookie_io_functions_t calls = { .write = write_part,
		                                     .close = close_part };
	struct writer *w = malloc(sizeof(*w));
	FILE *stream;

	(void)pthread_mutex_lock(&s->lock);
	while (number - s->now >= s->window && !s->error)
		(void)pthread_cond_wait(&s->moved, &s->lock);
	(void)pthread_mutex_unlock(&s->lock);
	if (!w)
		return NULL;
	*w = (struct writer){ s, number };
	stream = fopencookie(w, "w", calls);
	if (stream)
		(void)setvbuf(stream, NULL, _IOFBF, 1 << 16); /* else it is slower */
	else
		free(w);
	return stream;
}

void inorder_close(struct inorder *s, FILE *stream, uint32_t number)
{
	if (stream)
		(void)fclose(stream); /* s->error tells */
	(void)pthread_mutex_lock(&s->lock);
	part_at(s, number)->whole = true;
	if (number == s->now)
		move_on(s);
	(void)pthread_mutex_unlock(&s->lock);
}

int inorder_error(struct inorder *s)
{
	int error;

	(void)pthread_mutex_lock(&s->lock);
	error = s->error;
	(void)pthread_mutex_unlock(&s->lock);
	return error;
}
