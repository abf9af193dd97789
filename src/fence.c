/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Libraries for Landlock are younger than the systems that we serve, so these are the
 * system calls themselves.  Numbers are those of linux/landlock.h, which may be older
 * than the kernel. */
#include "fence.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRUNCATE     (1ULL << 14) /* since version 3 */
#define IOCTL_DEVICE (1ULL << 15) /* since version 5 */

/* All that changes something, and what would start other programs. */
#define CHANGES                                                                          \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |                    \
	 LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                \
	 LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |                    \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |                    \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |                  \
	 LANDLOCK_ACCESS_FS_MAKE_SYM)

/* What this kernel's version knows of it. */
static uint64_t changes_known(long version)
{
	return CHANGES | (version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) |
	       (version >= 3 ? TRUNCATE : 0) | (version >= 5 ? IOCTL_DEVICE : 0);
}

static uint64_t access_of(unsigned rights)
{
	return (rights & FENCE_WRITE ? LANDLOCK_ACCESS_FS_WRITE_FILE : 0) |
	       (rights & FENCE_MAKE ? LANDLOCK_ACCESS_FS_MAKE_REG : 0) |
	       (rights & FENCE_REMOVE ? LANDLOCK_ACCESS_FS_REMOVE_FILE : 0);
}

static int open_gap(int rules, const struct fence_gap *gap)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = access_of(gap->rights),
		.parent_fd = open(gap->path, O_PATH | O_CLOEXEC),
	};
	long err;

	if (rule.parent_fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	err = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	if (err < 0)
		err = -errno;
	(void)close(rule.parent_fd); /* a path alone */
	return (int)err;
}

int fence_close(const struct fence_gap *gap, size_t gaps, struct fault *f)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	                       LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr all;
	int rules, err = 0;

	if (version < 0)
		return fault_set(f, -ENOSYS, "the kernel has no Landlock");
	all = (struct landlock_ruleset_attr){ .handled_access_fs =
		                                      changes_known(version) };
	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (rules < 0)
		return fault_set(f, -errno, "Landlock: %s", strerror(errno));
	for (size_t i = 0; i < gaps && !err; i++) {
		err = open_gap(rules, &gap[i]);
		if (err)
			fault_set(f, err, "Landlock: %s: %s", gap[i].path,
			          strerror(-err));
	}
	if (!err && syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		err = fault_set(f, -errno, "Landlock: %s", strerror(errno));
	(void)close(rules); /* it is in force, or not */
	return err;
}
