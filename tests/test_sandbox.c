/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox.h"

#include <grp.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sieve.h"
#include "children.h"

static bool began_as_root;

static struct sandbox sandbox_of(bool confine)
{
	struct sandbox s = { .user = { .uid = NUMBER, .gid = NUMBER, .name = "test" },
		             .confine = confine,
		             .log_file = at.log,
		             .socket = "" };

	return s;
}

static void enter(void)
{
	struct sandbox s = sandbox_of(true);

	sandbox_enter(&s);
	sandbox_seal(&s);
}

/* The value of a line of /proc/thread-self/status. */
static bool status_says(const char *name, const char *value)
{
	char line[256];
	FILE *in = fopen("/proc/thread-self/status", "re");
	size_t len = strlen(name);
	bool found = false;

	while (in && fgets(line, sizeof(line), in))
		if (strncmp(line, name, len) == 0 && line[len] == ':')
			found = strstr(line + len, value);
	if (in)
		fclose(in);
	return found;
}

static void must_be_confined(void)
{
	MUST(status_says("NoNewPrivs", "\t1"));
	MUST(status_says("Seccomp", "\t2"));
	MUST(status_says("CapInh", "\t0000000000000000"));
	MUST(status_says("CapAmb", "\t0000000000000000"));
	if (!began_as_root)
		return; /* and stays who it is */
	MUST(status_says("Uid", "\t64917\t64917\t64917\t64917"));
	MUST(status_says("Gid", "\t64917\t64917\t64917\t64917"));
	MUST(status_says("Groups", "\t \n") || status_says("Groups", "\t\n"));
	MUST(status_says("CapPrm", "\t0000000000001000"));
	MUST(status_says("CapEff", "\t0000000000001000"));
	MUST(status_says("CapBnd", "\t0000000000000000"));
}

static struct {
	pthread_mutex_t lock;
	pthread_cond_t go;
	bool sealed;
} gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };

static void *look_when_sealed(void *unused)
{
	pthread_mutex_lock(&gate.lock);
	while (!gate.sealed)
		pthread_cond_wait(&gate.go, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
	must_be_confined();
	return unused;
}

static void threads_in_a_sandbox(void)
{
	struct sandbox s = sandbox_of(true);
	const gid_t more = 4; /* a group that it is not to keep */
	pthread_t thread;

	MUST(!began_as_root || setgroups(1, &more) == 0);
	sandbox_enter(&s);
	MUST(pthread_create(&thread, NULL, look_when_sealed, NULL) == 0);
	sandbox_seal(&s);
	pthread_mutex_lock(&gate.lock);
	gate.sealed = true;
	pthread_cond_signal(&gate.go);
	pthread_mutex_unlock(&gate.lock);
	must_be_confined();
	MUST(prctl(PR_GET_DUMPABLE) == 0 || errno == EPERM);
	MUST(pthread_join(thread, NULL) == 0);
}

static void every_thread_is_confined(void **state)
{
	(void)state;
	need(sieve_load, "seccomp");
	assert_int_equal(status_of_child(threads_in_a_sandbox), 0);
}

#define REFUSED(call)                                                                    \
	do {                                                                             \
		errno = 0;                                                               \
		MUST((long)(call) == -1 && errno == EPERM);                              \
	} while (0)

static void try_to_break_out(void)
{
	char *const args[] = { strdup("true"), NULL };

	enter();
	REFUSED(execv("/bin/true", args));
	REFUSED(syscall(SYS_execveat, AT_FDCWD, "/bin/true", args, args, 0));
	REFUSED(syscall(SYS_clone3, NULL, 0));
	REFUSED(syscall(SYS_unshare, CLONE_NEWNET));
	REFUSED(syscall(SYS_setns, 0, 0));
	REFUSED(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
	REFUSED(syscall(SYS_bpf, 0, NULL, 0));
	REFUSED(syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0));
	REFUSED(syscall(SYS_io_uring_setup, 1, NULL));
	REFUSED(syscall(SYS_userfaultfd, 0));
	REFUSED(syscall(SYS_keyctl, 0, 0));
	REFUSED(syscall(SYS_init_module, NULL, 0, ""));
	REFUSED(syscall(SYS_finit_module, 0, "", 0));
	REFUSED(mount("none", "/", "tmpfs", 0, NULL));
	REFUSED(chroot("/"));
	REFUSED(syscall(SYS_pivot_root, "/", "/"));
	REFUSED(setuid(getuid()));
	REFUSED(setgid(getgid()));
	REFUSED(setgroups(0, NULL));
	REFUSED(syscall(SYS_capset, NULL, NULL));
	REFUSED(kill(1, 0));
	REFUSED(syscall(SYS_tgkill, 1, 1, SIGTERM));
	REFUSED(socket(AF_INET, SOCK_STREAM, 0));
	REFUSED(socket(AF_INET6, SOCK_DGRAM, 0));
	REFUSED(socket(AF_PACKET, SOCK_RAW, 0));
	REFUSED(socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC));
	REFUSED(socket(AF_ALG, SOCK_SEQPACKET, 0));
	REFUSED(mkdir(at.other, 0700));
	REFUSED(chmod(at.log, 06777));
	REFUSED(rename(at.log, at.other));
	REFUSED(symlink("/", at.other));
#ifndef NFCLASS_SANITIZER
	REFUSED(fork());
	REFUSED(syscall(SYS_clone, CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0));
	REFUSED(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	REFUSED(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	REFUSED((long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
	                   -1, 0));
	REFUSED(mprotect((void *)((uintptr_t)args & ~4095UL), 4096,
	                 PROT_READ | PROT_WRITE | PROT_EXEC));
#endif
}

static void nobody_breaks_out(void **state)
{
	(void)state;
	need(sieve_load, "seccomp");
	assert_int_equal(status_of_child(try_to_break_out), 0);
}

/* What a user without rights may not do anyhow: root, with all of them, may not either.
 * Were one of these let through, it would do no harm. */
static void try_as_root(void)
{
	struct fault f;

	MUST(sieve_load(&f) == 0);
	REFUSED(syscall(SYS_unshare, CLONE_NEWNET));
	REFUSED(syscall(SYS_setns, -1, 0));
	REFUSED(syscall(SYS_bpf, 0, NULL, 0));
	REFUSED(syscall(SYS_init_module, NULL, 0, ""));
	REFUSED(mount("none", "/nonexistent", "tmpfs", 0, NULL));
	REFUSED(chroot("/"));
	REFUSED(syscall(SYS_pivot_root, "/nonexistent", "/nonexistent"));
	REFUSED(setgroups(0, NULL));
	REFUSED(kill(1, 0));
}

static void not_even_root_breaks_out(void **state)
{
	(void)state;
	need(sieve_load, "seccomp");
	if (!began_as_root)
		skip();
	assert_int_equal(status_of_child(try_as_root), 0);
}

/* What logging, memory and a reload do. */
static void work(void)
{
	struct pollfd nothing = { .fd = -1 };
	char *block, *more;
	int fd;

	enter();
	MUST((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0);
	MUST(write(fd, "", 1) == 1 && dup2(fd, 20) == 20 && close(fd) == 0);
	MUST((fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC)) >= 0 && close(fd) == 0);
	MUST((fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) >= 0 && close(fd) == 0);
	MUST((fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER)) >= 0 &&
	     close(fd) == 0);
	MUST((fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)) >= 0 && close(fd) == 0);
	MUST(poll(&nothing, 1, 1) == 0);
	MUST((block = malloc(1 << 26)));
	memset(block, 1, 1 << 26);
	MUST((more = realloc(block, 1 << 27)));
	free(more);
	MUST(realpath("/etc/passwd", NULL));
	/* The log, as it is opened again after it was moved away. */
	MUST((fd = open(at.log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640)) >= 0);
	MUST(write(fd, "x", 1) == 1 && close(fd) == 0);
}

static void work_goes_on(void **state)
{
	(void)state;
	assert_int_equal(unlink(at.log), 0);
	assert_int_equal(status_of_child(work), 0);
}

static void give_up(void)
{
	enter();
	(void)alarm(2);
	abort();
}

static void a_hung_daemon_can_end_itself(void **state)
{
	int status = status_of_child(give_up);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* For debugging: the user changes, and the rest is as it was. */
static void enter_open(void)
{
	struct sandbox s = sandbox_of(false);
	pid_t pid;

	sandbox_enter(&s);
	sandbox_seal(&s);
	MUST(status_says("Seccomp", "\t0"));
	MUST(status_says("NoNewPrivs", "\t1"));
	MUST(prctl(PR_GET_DUMPABLE) == 1);
	pid = fork();
	MUST(pid >= 0);
	if (pid == 0)
		_exit(0);
	MUST(waitpid(pid, NULL, 0) == pid);
}

static void a_sandbox_can_be_open(void **state)
{
	(void)state;
	assert_int_equal(status_of_child(enter_open), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_thread_is_confined),
		cmocka_unit_test(nobody_breaks_out),
		cmocka_unit_test(not_even_root_breaks_out),
		cmocka_unit_test(work_goes_on),
		cmocka_unit_test(a_hung_daemon_can_end_itself),
		cmocka_unit_test(a_sandbox_can_be_open),
	};

	began_as_root = geteuid() == 0;
	return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
