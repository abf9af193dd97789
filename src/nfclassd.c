/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "ctclear.h"
#include "daemon.h"
#include "log.h"
#include "settings.h"
#include "user.h"

#define USAGE                                                                            \
	"usage: nfclassd [-c FILE] [-T [--reload]] [--print | --marks | --clear-marks] " \
	"[-f] [-p PIDFILE] [-v] [-V] [-h]\n"
#define CONF NFCLASS_SYSCONFDIR "/nfclass/nfclass.ini"

enum { OPTION_PRINT = 256, OPTION_RELOAD, OPTION_MARKS, OPTION_CLEAR };

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "test", no_argument, NULL, 'T' },
	{ "reload", no_argument, NULL, OPTION_RELOAD },
	{ "print", no_argument, NULL, OPTION_PRINT },
	{ "marks", no_argument, NULL, OPTION_MARKS },
	{ "clear-marks", no_argument, NULL, OPTION_CLEAR },
	{ "foreground", no_argument, NULL, 'f' },
	{ "pidfile", required_argument, NULL, 'p' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct daemon_options daemon;
	bool test, reload, print, marks, clear;
};

static int help(void)
{
	puts(USAGE
	     "\n"
	     "  -c, --config FILE   settings (" CONF ")\n"
	     "  -T, --test          check the settings and the model, and end\n"
	     "      --reload        with -T: whether a daemon at work would take them\n"
	     "      --print         print all settings, and end; the model is not read\n"
	     "      --marks         print what mark values mean, and end\n"
	     "      --clear-marks   clear our bits in the marks of all connections, and "
	     "end\n"
	     "  -f, --foreground    stay, and log to stderr as well\n"
	     "  -p, --pidfile FILE  write the process number there, and hold it locked\n"
	     "  -v, --verbose       log debug messages\n"
	     "  -V, --version       print the version, and end\n"
	     "  -h, --help          print this, and end");
	return fflush(stdout) == 0 ? 0 : 1;
}

static int version(void)
{
	puts("nfclassd " NFCLASS_VERSION);
	return fflush(stdout) == 0 ? 0 : 1;
}

static int usage(void)
{
	fputs(USAGE, stderr);
	return 2;
}

static int failed(const struct fault *f)
{
	log_error("%s", f->text);
	return 1;
}

/* Settings alone: the model is not read. */
static int print(const struct options *o)
{
	struct fault f;
	struct conf c;

	if (conf_load(&c, o->daemon.conf, &f) < 0)
		return failed(&f);
	if (o->print) {
		conf_print(&c, stdout);
		settings_warn_conf(&c, o->daemon.conf);
	}
	if (o->marks)
		plan_print_rows(&c.plan, stdout);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

static int clear(const char *path)
{
	uint64_t connections;
	struct fault f;
	struct conf c;

	if (conf_load(&c, path, &f) < 0 ||
	    ctclear(c.plan.mask | c.plan.skip_bit, &connections, &f) < 0)
		return failed(&f);
	log_info("marks of %" PRIu64 " connections are cleared", connections);
	return 0;
}

/* What may be otherwise when a daemon starts, and is an error for one at work. */
static int told(const struct options *o, const struct fault *f)
{
	if (o->reload)
		return failed(f);
	log_warn("%s", f->text);
	return 0;
}

/* A daemon that is started by root reads as root.  Its reloads are its user's. */
static int test_readable(const struct user *u, const struct options *o, const char *path)
{
	struct fault f;

	return user_check_readable(u, path, &f) < 0 ? told(o, &f) : 0;
}

static int test_log(const struct options *o, const char *file)
{
	char *copy = strdup(file), *slash = copy ? strrchr(copy, '/') : NULL;
	int code = 0;
	struct fault f;

	if (slash) {
		slash[slash == copy] = 0;
		if (access(copy, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR)) {
			fault_set(&f, -errno, "log file %s: there is no folder %s", file,
			          copy);
			code = told(o, &f);
		}
	}
	free(copy);
	return code;
}

static int test(const struct options *o)
{
	const char *path = o->daemon.conf;
	struct fault f;
	struct settings *s = settings_load(path, &f);
	struct user u;
	int code;

	if (!s)
		return failed(&f);
	settings_warn(s, path);
	settings_warn_control(&s->conf);
	u = user_find(s->conf.daemon.user); /* warns when there is none */
	code = test_readable(&u, o, path) | test_readable(&u, o, s->conf.model.path) |
	       test_log(o, s->conf.log.file);
	if (code == 0)
		log_info("%s is good, and so is the model %s", path, s->conf.model.path);
	settings_free(s);
	return code;
}

/* -1 to go on, or the exit code. */
static int parse(int argc, char **argv, struct options *o)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "c:Tfp:vVh", long_options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			o->daemon.conf = optarg;
			break;
		case 'T':
			o->test = true;
			break;
		case OPTION_RELOAD:
			o->reload = true;
			break;
		case OPTION_PRINT:
			o->print = true;
			break;
		case OPTION_MARKS:
			o->marks = true;
			break;
		case OPTION_CLEAR:
			o->clear = true;
			break;
		case 'f':
			o->daemon.foreground = true;
			break;
		case 'p':
			o->daemon.pidfile = optarg;
			break;
		case 'v':
			o->daemon.verbose = true;
			break;
		case 'V':
			return version();
		case 'h':
			return help();
		default:
			return usage();
		}
	}
	return optind < argc ? usage() : -1;
}

int main(int argc, char **argv)
{
	struct options o = { .daemon.conf = CONF };
	char conf[PATH_MAX];
	int code = parse(argc, argv, &o);

	if (code >= 0)
		return code;
	log_open("nfclassd", LOG_DAEMON, false, true);
	if (o.print || o.marks)
		return print(&o);
	if (o.clear)
		return clear(o.daemon.conf);
	/* Read again on reload, when we have left this folder. */
	if (realpath(o.daemon.conf, conf))
		o.daemon.conf = conf;
	if (o.test)
		return test(&o);
	if (o.daemon.pidfile && o.daemon.pidfile[0] != '/') {
		log_error("the pidfile's path must begin with /");
		return 2;
	}
	return daemon_run(&o.daemon);
}
