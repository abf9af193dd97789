/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "cmd.h"
#include "log.h"

static const struct command {
	const char *name;
	enum cmd_bit bit;
	int (*run)(const struct options *o);
	const char *usage, *help;
} commands[] = {
	{ "extract", CMD_EXTRACT, cmd_extract, "TRACE|DIR...",
	  "burst-flows and their features as CSV" },
	{ "train", CMD_TRAIN, cmd_train, "-o MODEL DIR|CSV...",
	  "a forest from traces in folders named by label" },
	{ "eval", CMD_EVAL, cmd_eval, "MODEL DIR|CSV... | --split SHARE DIR|CSV...",
	  "judge a model, or a way to train one" },
	{ "classify", CMD_CLASSIFY, cmd_classify, "-m MODEL TRACE...",
	  "bursts, their flows and labels" },
	{ "explain", CMD_EXPLAIN, cmd_explain, "-m MODEL TRACE...",
	  "why burst-flows got their labels" },
	{ "log", CMD_LOG, cmd_log, "TRACE...", "counters per second and flow" },
	{ "status", CMD_STATUS, cmd_status, "", "counters of the running daemon" },
	{ "top", CMD_TOP, cmd_top, "", "who uses what, by the running daemon" },
	{ "reload", CMD_RELOAD, cmd_reload, "",
	  "have the daemon load its settings again" },
	{ "show", CMD_SHOW, cmd_show, "MODEL", "what is in a model" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int help(void)
{
	puts("usage: nfclass COMMAND [OPTION...] ...\n"
	     "       nfclass --help | --version\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	puts("\nA TRACE is a pcap or pcapng file, '-' is standard input.\n"
	     "nfclass COMMAND --help tells more.");
	return CMD_DONE;
}

static int command_help(const struct command *c)
{
	printf("usage: nfclass %s [OPTION...] %s\n%s\n\n", c->name, c->usage, c->help);
	options_help(c->bit);
	return CMD_DONE;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct options o;
	int code;

	if (wants_help(argc, argv))
		return command_help(c);
	code = options_parse(&o, c->bit, argc, argv);
	if (code == CMD_DONE)
		code = c->run(&o);
	options_clear(&o);
	if (code == CMD_USAGE)
		fprintf(stderr, "usage: nfclass %s [OPTION...] %s\n", c->name, c->usage);
	return code;
}

static int dispatch(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (!name)
		return cmd_usage("no command given; nfclass --help lists them");
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return help();
	if (strcmp(name, "--version") == 0) {
		puts("nfclass " NFCLASS_VERSION);
		return CMD_DONE;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(name, commands[i].name) == 0)
			return run(&commands[i], argc - 1, argv + 1);
	return cmd_usage("no command '%s'; nfclass --help lists them", name);
}

int main(int argc, char **argv)
{
	int code, why;

	/* A reader that goes away is an error of writing, not a reason to die unsaid. */
	(void)signal(SIGPIPE, SIG_IGN);
	log_open("nfclass", LOG_USER, false, true);
	errno = 0;
	code = dispatch(argc, argv);
	/* Commands stop at a failed write, and what they do after it seldom fails. */
	why = ferror(stdout) ? errno ? errno : EIO : 0;
	if (fclose(stdout) != 0 && !why)
		why = errno;
	if (!why)
		return code;
	log_error("cannot write standard output: %s", strerror(why));
	return CMD_FAILED;
}
