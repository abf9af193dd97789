/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

void sink_clear(struct sink *s)
{
	if (s->file)
		(void)fclose(s->file); /* sink_flush() has told of errors */
	names_clear(&s->labels);
	free(s->label_count);
	*s = (struct sink){ 0 };
}

static int use(struct sink *s, int fd, const char *path, struct fault *f)
{
	FILE *file = fd < 0 ? NULL : fdopen(fd, "a");

	if (fd >= 0 && !file) {
		fault_set(f, -errno, "log file %s: %s", path, strerror(errno));
		(void)close(fd); /* nothing was written */
		return -EIO;
	}
	if (s->file)
		(void)fclose(s->file); /* sink_flush() has told of errors */
	s->file = file;
	s->path = path;
	s->file_is_broken = false;
	s->burst = 0;
	return 0;
}

int sink_give(struct sink *s, const char *path, enum record_format format,
              struct fault *f)
{
	int fd = *path ? user_give_file(&s->user, path) : -1;

	s->format = format;
	return fd < 0 ? 0 : use(s, fd, path, f);
}

static bool lacks_rights(int err)
{
	return err == EACCES || err == EPERM || err == EROFS;
}

/* A file that we may not open: labels matter less than all that goes on without. */
static void keep(struct sink *s, const char *path, int err)
{
	bool another = s->path && strcmp(path, s->path) != 0;

	log_warn("log file %s: user %s may not open it%s; %s (%s)", path, s->user.name,
	         another ? ", or not before a restart when its folder is another one"
	                 : "",
	         s->file ? "the one that is open is kept" : "labels do not go there",
	         strerror(err));
	s->path = path;
}

int sink_open(struct sink *s, const char *path, enum record_format format,
              struct fault *f)
{
	int fd = -1, err = 0;

	if (*path)
		fd = open(path,
		          O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
		                  O_NONBLOCK, /* a pipe that nobody reads */
		          0640);
	if (fd >= 0 || !*path)
		err = use(s, fd, path, f);
	else if (lacks_rights(errno))
		keep(s, path, errno);
	else
		err = fault_set(f, -errno, "log file %s: %s", path, strerror(errno));
	if (!err)
		s->format = format;
	return err;
}

/* Labels are few, the classes of the models served.  NAMES_NONE when memory is short. */
static uint32_t label_number(struct sink *s, const char *label)
{
	uint32_t i = names_find(&s->labels, label);
	uint64_t *more;

	if (i != NAMES_NONE)
		return i;
	more = realloc(s->label_count, (s->labels.count + 1) * sizeof(*more));
	if (!more)
		return NAMES_NONE;
	s->label_count = more;
	i = names_add(&s->labels, label);
	if (i != NAMES_NONE)
		s->label_count[i] = 0;
	return i;
}

/* One that memory is short for is not counted. */
static void count_label(struct sink *s, const struct record *r)
{
	struct usage_row more = { .client = r->ends.client,
		                  .label = label_number(s, r->label) };

	if (more.label == NAMES_NONE)
		return;
	s->label_count[more.label]++;
	if (!s->usage)
		return;
	memcpy(more.total.pkts, r->pkts, sizeof(r->pkts));
	memcpy(more.total.bytes, r->bytes, sizeof(r->bytes));
	usage_add(s->usage, &more, (struct mono){ r->last_us - r->first_us },
	          clock_mono());
}

void sink_put_skipped(struct sink *s, const struct tally_row *row, const char *label,
                      struct mono took)
{
	struct usage_row more = { .client = row->ends.client };

	if (!s->usage)
		return;
	more.label = label_number(s, label);
	memcpy(more.total.pkts, row->pkts, sizeof(row->pkts));
	memcpy(more.total.bytes, row->bytes, sizeof(row->bytes));
	if (more.label != NAMES_NONE)
		usage_add(s->usage, &more, took, clock_mono());
}

static void put_to_file(struct sink *s, const struct record *r, const char *line)
{
	if (s->format == RECORD_SEED && r->burst != s->burst)
		fprintf(s->file, "Burst %" PRIu64 ":\n", r->burst);
	s->burst = r->burst;
	fputs(line, s->file);
	s->failed += fputc('\n', s->file) == EOF;
}

void sink_put(struct sink *s, const struct record *r)
{
	char line[RECORD_LINE_SIZE];

	if (!r->provisional) /* a final one will count */
		count_label(s, r);
	if (s->to_syslog || s->to_stderr) {
		record_line(r, RECORD_KV, line);
		if (s->to_syslog)
			syslog(LOG_INFO, "%s", line);
		if (s->to_stderr)
			fprintf(stderr, "%s\n", line);
	}
	if (s->file && !(r->provisional && s->format == RECORD_SEED)) {
		record_line(r, s->format, line);
		put_to_file(s, r, line);
	}
}

static void put_text(struct sink *s, const char *text)
{
	if (s->to_syslog)
		syslog(LOG_INFO, "%s", text);
	if (s->to_stderr)
		fprintf(stderr, "%s\n", text);
	if (s->file && s->format == RECORD_SEED)
		s->failed += fprintf(s->file, "%s\n", text) < 0;
}

/* A message of syslog is one line. */
static void put_title(struct sink *s)
{
	const char *columns = strchr(TALLY_TITLE, '\n') + 1;
	char first[64];

	(void)snprintf(first, sizeof(first), "%.*s", (int)strcspn(TALLY_TITLE, "\n"),
	               TALLY_TITLE);
	put_text(s, first);
	put_text(s, columns);
}

void sink_put_row(struct sink *s, const struct tally_row *row, int64_t second,
                  unsigned worker)
{
	char line[TALLY_LINE_SIZE];

	if (second != s->row_second || worker != s->row_worker) {
		put_title(s);
	}
	s->row_second = second;
	s->row_worker = worker;
	tally_line(row, second, line);
	put_text(s, line);
}

/* A full disk is told of once, and once more when it has room again. */
void sink_flush(struct sink *s)
{
	bool broken;

	if (!s->file)
		return;
	broken = fflush(s->file) != 0 || ferror(s->file);
	if (broken && !s->file_is_broken)
		log_warn("log file: %s; lines are lost", strerror(errno));
	if (!broken && s->file_is_broken)
		log_info("log file: takes lines again");
	s->file_is_broken = broken;
	clearerr(s->file);
}
