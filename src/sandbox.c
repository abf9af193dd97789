/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fence.h"
#include "log.h"
#include "sieve.h"

static bool want_net_admin(void)
{
	capng_clear(CAPNG_SELECT_BOTH);
	return capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
	                    CAP_NET_ADMIN) == 0;
}

/* 0, or the step of capng_change_id() that failed, with errno set. */
static int become(const struct user *u)
{
	const capng_flags_t flags = CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING;

	return want_net_admin() ? capng_change_id((int)u->uid, (int)u->gid, flags) : -1;
}

static void drop_capabilities(void)
{
	capng_select_t sets = geteuid() == 0 ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS;

	if (!want_net_admin() || capng_apply(sets) < 0)
		log_warn("cannot drop capabilities; going on with those there are");
}

/* Whoever was not started by root is somebody else already. */
static void drop_privileges(const struct user *u)
{
	int step = geteuid() == 0 && u->uid != 0 ? become(u) : 1;

	if (step == 0)
		return;
	if (step < 0)
		log_warn("cannot become user %s: %s (step %d); going on as number %u",
		         u->name, strerror(errno), -step, (unsigned)geteuid());
	drop_capabilities();
}

/* A plain file may be made anew, in its folder; anything else is only opened. */
static struct fence_gap log_gap(const char *path, char place[static PATH_MAX])
{
	struct stat st;
	char *slash;

	if (!realpath(path, place))
		(void)snprintf(place, PATH_MAX, "%s", path);
	slash = strrchr(place, '/');
	if (!slash || (stat(place, &st) == 0 && !S_ISREG(st.st_mode)))
		return (struct fence_gap){ place, FENCE_WRITE };
	slash[slash == place] = 0;
	return (struct fence_gap){ place, FENCE_WRITE | FENCE_MAKE };
}

static struct fence_gap socket_gap(const char *path, char place[static PATH_MAX])
{
	char *slash;

	(void)snprintf(place, PATH_MAX, "%s", path);
	slash = strrchr(place, '/');
	if (slash)
		slash[slash == place] = 0;
	return (struct fence_gap){ place, FENCE_REMOVE };
}

/* Folders are opened by root.  The standard streams become /dev/null later. */
static int close_fence(struct sandbox *s)
{
	char log[PATH_MAX], folder[PATH_MAX];
	struct fence_gap gap[3] = { { "/dev/null", FENCE_WRITE } };
	size_t gaps = 1;

	if (*s->log_file)
		gap[gaps++] = log_gap(s->log_file, log);
	if (*s->socket)
		gap[gaps++] = socket_gap(s->socket, folder);
	return fence_close(gap, gaps, &s->fence);
}

void sandbox_enter(struct sandbox *s)
{
	*s->fence.text = 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		log_warn("no_new_privs: %s", strerror(errno));
	if (s->confine)
		(void)close_fence(s); /* told of by sandbox_seal() */
	drop_privileges(&s->user);
	/* Changing the user has set this to what the system likes for it. */
	(void)prctl(PR_SET_DUMPABLE, !s->confine, 0, 0, 0);
}

void sandbox_seal(const struct sandbox *s)
{
	struct fault sieve = { "" };
	bool both;

	if (!s->confine)
		return;
	(void)sieve_load(&sieve); /* told of here */
	both = *s->fence.text && *sieve.text;
	if (*s->fence.text || *sieve.text)
		log_warn("sandbox: %s%s%s; %s", s->fence.text, both ? "; " : "",
		         sieve.text,
		         both ? "what remains is that our user has few rights"
		              : "the rest of it is in force");
}
