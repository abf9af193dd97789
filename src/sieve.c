/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the C library and netfilter's libraries call on Debian 12, amd64 and arm64, and
 * what newer C libraries call instead.  Names that a processor does not have are no rules
 * there.  The calls a packet takes stand in the list without conditions: the kernel knows
 * by their number alone that they pass and does not run the filter for them. */
#include "sieve.h"

#include <errno.h>
#include <linux/netlink.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const allowed[] = {
#ifdef NFCLASS_SANITIZER
	/* Leaks are looked for by a process of their own, which stops our threads. */
	"clone", "ptrace", "wait4", "getppid", "prctl", "mmap", "mprotect", "open",
	"getdents64", "getdents",
#endif
	/* a packet's way */
	"recvmmsg", "recvmmsg_time64", "recvmsg", "recvfrom", "sendmsg", "sendto", "poll",
	"ppoll", "ppoll_time64", "read", "write", "futex", "futex_time64",
	"clock_gettime", "clock_gettime64",
	/* sockets: netlink, syslog, the service manager, the control socket */
	"bind", "connect", "listen", "accept", "accept4", "shutdown", "getsockname",
	"getpeername", "setsockopt", "getsockopt",
	/* files: settings, the model, the log, time zones, /proc; what may be written is
	   not for a filter to tell, which sees no paths */
	"openat", "close", "writev", "pread64", "lseek", "fstat", "newfstatat", "statx",
	"stat", "lstat", "fstat64", "fstatat64", "stat64", "lstat64", "_llseek",
	"fcntl64", "ftruncate64", "fadvise64_64", "arm_fadvise64_64", "access",
	"faccessat", "faccessat2", "readlink", "readlinkat", "fcntl", "ftruncate",
	"fadvise64", "unlink", "unlinkat", "chdir", "dup2", "dup3",
	/* memory */
	"brk", "munmap", "mremap", "madvise", "membarrier",
	/* time */
	"clock_getres", "clock_nanosleep", "clock_nanosleep_time64", "nanosleep",
	"gettimeofday", "time", "alarm", "setitimer",
	/* threads and the process */
	"rseq", "set_robust_list", "sched_yield", "sched_getaffinity", "getpid", "gettid",
	"getuid", "geteuid", "getgid", "getegid", "sysinfo", "getrandom", "eventfd2",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
	"restart_syscall", "exit", "exit_group"
};

/* An argument that, of the bits in mask, has these. */
struct condition {
	unsigned arg;
	uint64_t mask, bits;
};

/* Up to two conditions, which must all hold. */
struct conditional {
	const char *name;
	unsigned conditions;
	struct condition only[2];
};

#define INT 0xffffffff /* all of an argument that is one */

static const struct conditional conditionals[] = {
	/* No memory that is a program, were it written by us. */
	{ "mmap", 1, { { 2, PROT_EXEC, 0 } } },
	{ "mmap2", 1, { { 2, PROT_EXEC, 0 } } },
	{ "mprotect", 1, { { 2, PROT_EXEC, 0 } } },
	{ "socket", 1, { { 0, INT, AF_UNIX } } },
	{ "socket", 2, { { 0, INT, AF_NETLINK }, { 2, INT, NETLINK_NETFILTER } } },
	{ "socket", 2, { { 0, INT, AF_NETLINK }, { 2, INT, NETLINK_ROUTE } } },
	{ "ioctl", 1, { { 1, INT, TCGETS } } }, /* stdio's isatty() */
	{ "prctl", 1, { { 0, INT, PR_SET_NAME } } },
	{ "prlimit64", 1, { { 2, UINT64_MAX, 0 } } }, /* only to ask */
};

static int allow(scmp_filter_ctx filter, const struct conditional *c)
{
	int number = seccomp_syscall_resolve_name(c->name), err;
	struct scmp_arg_cmp args[2];

	if (number == __NR_SCMP_ERROR)
		return 0; /* younger than the library, and than what calls it */
	for (unsigned i = 0; i < c->conditions; i++)
		args[i] = (struct scmp_arg_cmp){ c->only[i].arg, SCMP_CMP_MASKED_EQ,
			                         c->only[i].mask, c->only[i].bits };
	err = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, c->conditions, args);
	return err == -EEXIST ? 0 : err;
}

/* abort(3) is a signal to ourselves. */
static int allow_abort(scmp_filter_ctx filter)
{
	const struct conditional self = { "tgkill",
		                          1,
		                          { { 0, INT, (unsigned)getpid() } } };

	return allow(filter, &self);
}

static int fill(scmp_filter_ctx filter)
{
	const size_t names = sizeof(allowed) / sizeof(allowed[0]);
	const size_t more = sizeof(conditionals) / sizeof(conditionals[0]);
	int err = 0;

	for (size_t i = 0; i < names && !err; i++)
		err = allow(filter,
		            &(struct conditional){ allowed[i], 0, { { 0, 0, 0 } } });
	for (size_t i = 0; i < more && !err; i++)
		err = allow(filter, &conditionals[i]);
	return err ? err : allow_abort(filter);
}

/* Logging is what an old kernel may lack, and a search by halves an old library. */
static int set_up(scmp_filter_ctx filter)
{
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	(void)seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	return seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
}

int sieve_load(struct fault *f)
{
	scmp_filter_ctx filter;
	int err;

	/* EFAULT says that there are filters and that this is none. */
	if (prctl(PR_SET_SECCOMP, 2 /* SECCOMP_MODE_FILTER */, NULL) < 0 &&
	    errno != EFAULT)
		return fault_set(f, -ENOSYS, "the kernel has no seccomp filters");
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return fault_no_memory(f);
	err = set_up(filter);
	if (!err)
		err = fill(filter);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err ? fault_set(f, err, "seccomp: %s", strerror(-err)) : 0;
}
