/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main thread: it starts the workers, writes their labels where they belong, and
 * answers signals.  It may wait for syslog, for the disk and for names; no packet waits
 * for it. */
#include "daemon.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "clock.h"
#include "crew.h"
#include "detach.h"
#include "ifnames.h"
#include "log.h"
#include "notify.h"
#include "sandbox.h"

struct daemon {
	const struct daemon_options *o;
	struct settings *now;
	struct conf started; /* for what a reload cannot change */
	struct crew crew;
	struct sink sink;
	struct ifnames *ifnames;
	struct control *control; /* or NULL */
	int signal_fd;
	struct mono next_status, since;
	bool hurry; /* workers take real-time priority */
	bool stop, failed;
};

/* Under systemd what goes to stderr is in the same journal as what goes to syslog. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

static void open_log(struct daemon *d, bool to_stderr)
{
	const struct conf *c = &d->now->conf;

	if (c->log.syslog && stderr_is_journal())
		to_stderr = false;
	log_open(c->log.ident, c->log.facility, c->log.syslog, to_stderr);
	/* The words of the settings stand in the order of these. */
	log_set_level(d->o->verbose ? LOG_LEVEL_DEBUG : (enum log_level)c->log.level);
	d->sink.to_syslog = c->log.syslog;
	d->sink.to_stderr = to_stderr && d->o->foreground;
}

/* For the main thread and for threads to come, which keep what they began with: taking it
 * needs a capability that is dropped before they are started. */
static void set_realtime(bool realtime)
{
	const struct sched_param p = { .sched_priority = realtime };

	if (sched_setscheduler(0, realtime ? SCHED_FIFO : SCHED_OTHER, &p) < 0 &&
	    realtime)
		log_warn("no real-time priority for workers: %s", strerror(errno));
}

/* Signals wait in a descriptor: the main thread reads them when it is ready, and no other
 * thread sees them. */
static int open_descriptors(struct daemon *d, struct fault *f)
{
	sigset_t set;

	(void)sigemptyset(&set); /* these fail for no valid signal */
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return fault_set(f, -errno, "signals: %s", strerror(errno));
	d->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (d->signal_fd < 0)
		return fault_set(f, -errno, "signalfd: %s", strerror(errno));
	d->ifnames = ifnames_new(f);
	return d->ifnames ? 0 : -EIO;
}

static void warn_of_reloads(const struct daemon *d)
{
	user_warn_unreadable(&d->sink.user, d->o->conf);
	user_warn_unreadable(&d->sink.user, d->now->conf.model.path);
}

static int start_threads(struct daemon *d, struct fault *f)
{
	int err = crew_start(&d->crew, f);

	if (d->hurry)
		set_realtime(false);
	return err ? err : crew_watch(&d->crew, f);
}

static int start(struct daemon *d, struct fault *f)
{
	const struct conf *c = &d->now->conf;
	struct sandbox sandbox = { .confine = c->daemon.sandbox,
		                   .log_file = c->log.file,
		                   .socket = c->control.socket };
	int err = open_descriptors(d, f);
	char self[16];

	/* Who is not root stays who it is. */
	(void)snprintf(self, sizeof(self), "%u", (unsigned)geteuid());
	sandbox.user = user_find(geteuid() == 0 ? c->daemon.user : self);
	d->sink.user = sandbox.user;
	if (!err)
		err = sink_give(&d->sink, c->log.file, (enum record_format)c->log.format,
		                f);
	if (err)
		return err;
	/* Its folder and its group may take capabilities, and time. */
	d->control = answer_open(&d->started, &d->sink.usage);
	/* From here on the kernel hands packets over: until there are threads to take
	 * them nothing may wait, for a file, say. */
	err = crew_make(&d->crew, d->now, f);
	if (err)
		return err;
	/* Whoever was started with a priority keeps it. */
	d->hurry = c->queue.realtime && sched_getscheduler(0) == SCHED_OTHER;
	if (d->hurry)
		set_realtime(true);
	sandbox_enter(&sandbox);
	err = start_threads(d, f);
	if (err)
		return err;
	warn_of_reloads(d);
	err = sink_open(&d->sink, c->log.file, (enum record_format)c->log.format, f);
	if (!err)
		sandbox_seal(&sandbox);
	return err;
}

static void log_serving(const struct daemon *d, const char *what)
{
	const struct model *m = &d->now->model;

	log_info("%s: queues %u to %u, model %s: %u classes, features %s, gap %.10g ms, "
	         "max %.10g ms",
	         what, d->started.queue.first,
	         d->started.queue.first + d->started.queue.workers - 1,
	         d->now->conf.model.path, m->classes.count, feature_set_name(m->set),
	         (double)m->gap.us / 1000, (double)m->max.us / 1000);
	settings_warn(d->now, d->o->conf);
}

/* Afterwards nobody uses the old settings. */
static int change_settings(struct daemon *d, struct settings *next, struct fault *f)
{
	struct settings *old = d->now;

	if (crew_serve(&d->crew, next, &d->sink) < 0) {
		log_error("reload: out of memory, ending");
		d->stop = d->failed = true;
		/* Some workers may use the old ones, some the new. */
		return fault_set(f, -ENOMEM, "out of memory, ending");
	}
	d->now = next;
	open_log(d, d->o->foreground);
	settings_free(old); /* the log no longer uses its ident */
	log_serving(d, "reloaded");
	return 0;
}

/* Both ways there may be something to say in *f: what is wrong, or what takes a restart.
 */
static int reload(struct daemon *d, struct fault *f)
{
	char keys[400];
	struct settings *next = settings_load(d->o->conf, f);

	if (next && sink_open(&d->sink, next->conf.log.file,
	                      (enum record_format)next->conf.log.format, f) < 0) {
		settings_free(next);
		next = NULL;
	}
	if (!next) {
		warn_of_reloads(d);
		log_error("reload: %s; the old settings stay", f->text);
		return -EINVAL;
	}
	f->text[0] = 0;
	if (conf_needs_restart(&d->started, &next->conf, keys, sizeof(keys))) {
		fault_set(f, 0, "only a restart changes %s", keys);
		log_warn("reload: %s", f->text);
	}
	return change_settings(d, next, f);
}

static void read_signals(struct daemon *d)
{
	struct signalfd_siginfo s;
	struct fault f;

	while (read(d->signal_fd, &s, sizeof(s)) == sizeof(s)) {
		switch (s.ssi_signo) {
		case SIGHUP:
			(void)reload(d, &f); /* the log has it */
			break;
		case SIGUSR1:
			crew_log_status(&d->crew, &d->sink);
			break;
		default:
			d->stop = true;
			break;
		}
	}
}

/* One request at a time: labels come before the next one. */
static void answer(struct daemon *d)
{
	const struct answer_view v = { d->now, &d->crew, &d->sink, d->since };
	const struct control_ask *ask = control_next(d->control, clock_mono());
	int err = -EPERM;
	struct fault f;

	if (!ask)
		return;
	if (ask->request.verb != REQUEST_RELOAD) {
		answer_give(d->control, &ask->request, &v);
		return;
	}
	if (answer_may_reload(ask->uid, &f))
		err = reload(d, &f);
	answer_reload(d->control, err, &f);
}

/* Milliseconds until the next report; -1 for never. */
static int report_when_due(struct daemon *d)
{
	int64_t every_us = (int64_t)d->now->conf.log.status_s * MONO_SECOND, left;
	struct mono now = clock_mono();

	if (every_us == 0)
		return -1;
	left = mono_since(d->next_status, now).us;
	if (left <= 0 || left > every_us) {
		if (left <= 0 && d->next_status.us > 0)
			crew_log_status(&d->crew, &d->sink);
		d->next_status.us = now.us + every_us;
		left = every_us;
	}
	return (int)(left / 1000) + 1;
}

/* What is due by the clock.  Milliseconds until more is; -1 for never. */
static int advance(struct daemon *d)
{
	int wait_ms = clock_sooner(report_when_due(d), marker_advance(d->crew.marker));

	wait_ms = clock_sooner(wait_ms, control_advance(d->control, clock_mono()));
	return clock_sooner(wait_ms, bypass_advance(d->crew.bypass, &d->sink));
}

static void serve(struct daemon *d)
{
	struct pollfd p[4 + CONTROL_FDS] = {
		{ .fd = d->signal_fd, .events = POLLIN },
		{ .fd = d->crew.bell_fd, .events = POLLIN },
		{ .fd = ifnames_fd(d->ifnames), .events = POLLIN },
		{ .events = POLLIN },
	};

	while (!d->stop) {
		int wait_ms = advance(d);

		p[3].fd = bypass_fd(d->crew.bypass); /* a reload may open another one */
		control_poll(d->control, p + 4);
		if (poll(p, 4 + CONTROL_FDS, wait_ms) < 0)
			continue;
		if (p[2].revents)
			ifnames_read(d->ifnames);
		if (p[1].revents)
			crew_write(&d->crew, d->ifnames, &d->sink);
		if (p[0].revents)
			read_signals(d);
		control_turn(d->control, p + 4, clock_mono());
		answer(d);
		if (crew_has_lost_one(&d->crew))
			d->stop = d->failed = true;
	}
}

static void clear(struct daemon *d)
{
	control_free(d->control);
	crew_clear(&d->crew);
	ifnames_free(d->ifnames);
	usage_free(d->sink.usage);
	sink_clear(&d->sink);
	settings_free(d->now);
	if (d->signal_fd >= 0)
		(void)close(d->signal_fd); /* only read from */
}

/* From here on the process is the one that serves.  line is detach_begin()'s, or -1. */
static void run(struct daemon *d, int line)
{
	if (line >= 0)
		detach_done(line);
	open_log(d, d->o->foreground);
	d->since = clock_mono();
	log_serving(d, "serving");
	notify_send("READY=1");
	serve(d);
	notify_send("STOPPING=1");
	if (crew_end(&d->crew, d->ifnames, &d->sink) < 0)
		d->failed = true;
	crew_log_status(&d->crew, &d->sink);
	log_info("ended");
}

/* Until we serve, messages go to whoever started us, too. */
static int start_and_run(struct daemon *d, struct fault *f)
{
	int line = -1, pidfile = -1, err;

	if (!d->o->foreground) {
		line = detach_begin(f);
		if (line < 0)
			return line;
	}
	if (d->o->pidfile) {
		pidfile = detach_pidfile(d->o->pidfile, f);
		if (pidfile < 0)
			return pidfile;
	}
	open_log(d, true);
	err = start(d, f);
	if (err)
		return err;
	run(d, line);
	if (pidfile >= 0)
		detach_pidfile_clear(pidfile);
	return d->failed ? fault_set(f, -EIO, "ended because of an error") : 0;
}

int daemon_run(const struct daemon_options *o)
{
	struct daemon d = { .o = o, .signal_fd = -1 };
	struct fault f;
	int err = -EINVAL;

	d.now = settings_load(o->conf, &f);
	if (d.now) {
		d.started = d.now->conf;
		err = start_and_run(&d, &f);
	}
	if (err)
		log_error("%s", f.text);
	clear(&d);
	return err ? 1 : 0;
}
