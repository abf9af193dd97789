/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread a capture, when there are several; what they print and what is said of them
 * comes in the order of the captures, as if one thread read them all. */
#include "cmd.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inorder.h"
#include "log.h"
#include "walk.h"

/* Captures that were read before those in front of them. */
#define AHEAD 2 /* times the threads */

struct outcome {
	bool is_known;
	int err;
	char *why; /* NULL: out of memory, even for that */
};

struct readers {
	struct names files;
	const struct cmd_reader *reader;
	struct inorder *out;
	pthread_mutex_t lock; /* of what follows */
	struct progress progress;
	struct outcome *outcome; /* by file */
	uint32_t next, told;     /* file to read, outcome to tell */
	int code;
};

static void tell(struct readers *r, const struct outcome *o)
{
	const char *why = o->why ? o->why : "out of memory";

	progress_clear(&r->progress);
	if (o->err == -ENODATA)
		log_warn("%s", why);
	else
		r->code = cmd_failed("%s", why);
}

static void put_outcome(struct readers *r, uint32_t i, int err, const struct fault *f)
{
	(void)pthread_mutex_lock(&r->lock);
	r->outcome[i] = (struct outcome){ true, err, err ? strdup(f->text) : NULL };
	for (; r->told < r->files.count && r->outcome[r->told].is_known; r->told++) {
		struct outcome *o = &r->outcome[r->told];

		if (o->err)
			tell(r, o);
		free(o->why);
	}
	progress_at(&r->progress, r->told, r->files.count);
	(void)pthread_mutex_unlock(&r->lock);
}

/* The next file's number, files.count when there is none. */
static uint32_t take_file(struct readers *r)
{
	uint32_t i;

	(void)pthread_mutex_lock(&r->lock);
	i = r->next;
	if (i < r->files.count)
		r->next++;
	(void)pthread_mutex_unlock(&r->lock);
	return i;
}

static int read_file(struct readers *r, void *own, const struct cmd_capture *c,
                     struct fault *f)
{
	if (!own || !c->out)
		return fault_set(f, -ENOMEM, "%s: out of memory", c->path);
	return r->reader->read(own, c, f);
}

static void *read_files(void *arg)
{
	struct readers *r = arg;
	void *own = r->reader->begin(r->reader->arg);
	uint32_t i;

	while (!inorder_error(r->out) && (i = take_file(r)) < r->files.count) {
		struct progress none = { 0 };
		struct cmd_capture c = { r->files.name[i], inorder_open(r->out, i), &none,
			                 r->files.count > 1 };
		struct fault f;
		int err = read_file(r, own, &c, &f);

		inorder_close(r->out, c.out, i);
		if (!inorder_error(r->out))
			put_outcome(r, i, err, &f);
	}
	if (own)
		r->reader->end(own);
	return NULL;
}

static void read_by_threads(struct readers *r, unsigned threads)
{
	pthread_t *thread = calloc(threads, sizeof(*thread));
	unsigned n = 0;

	/* Fewer threads are slower, no more. */
	while (thread && n + 1 < threads &&
	       pthread_create(&thread[n], NULL, read_files, r) == 0)
		n++;
	(void)read_files(r);
	while (n > 0)
		(void)pthread_join(thread[--n], NULL);
	free(thread);
	errno = inorder_error(r->out); /* main() says it */
}

static void read_one_by_one(struct readers *r)
{
	void *own = r->reader->begin(r->reader->arg);

	for (uint32_t i = 0; i < r->files.count && cmd_out_ok(stdout); i++) {
		struct cmd_capture c = { r->files.name[i], stdout, &r->progress,
			                 r->files.count > 1 };
		struct fault f;

		progress_at(&r->progress, i, r->files.count);
		put_outcome(r, i, read_file(r, own, &c, &f), &f);
	}
	if (own)
		r->reader->end(own);
}

static void list_captures(struct readers *r, const struct options *o)
{
	struct fault f;

	for (int i = 0; i < o->count; i++)
		if (walk_add(&r->files, o->paths[i], &f) < 0)
			r->code = cmd_failed("%s", f.text);
}

int cmd_each_capture(const struct options *o, unsigned threads,
                     const struct cmd_reader *reader)
{
	struct readers r = { .reader = reader,
		             .lock = PTHREAD_MUTEX_INITIALIZER,
		             .code = CMD_DONE };

	list_captures(&r, o);
	threads = threads < r.files.count ? threads : r.files.count;
	r.outcome = calloc(r.files.count + 1, sizeof(*r.outcome));
	r.out = threads > 1 ? inorder_new(stdout, AHEAD * threads) : NULL;
	/* Lines on the same terminal are progress enough. */
	if (!isatty(STDOUT_FILENO))
		progress_begin(&r.progress, "trace");
	if (!r.outcome)
		r.code = cmd_failed("out of memory");
	else if (r.out)
		read_by_threads(&r, threads);
	else
		read_one_by_one(&r);
	progress_clear(&r.progress);
	inorder_free(r.out);
	for (uint32_t i = r.told; r.outcome && i < r.files.count; i++)
		free(r.outcome[i].why);
	free(r.outcome);
	names_clear(&r.files);
	return r.code;
}
