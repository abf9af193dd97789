# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a fresh Debian needs before anything of ours runs.  Sourced from the top of the
# checkout.

# setup_packages WHAT...: the names of those that are for it and not installed.
setup_missing() {
	for what in "$@"; do
		awk -v what="$what" '!/^#/ && $2 == what { print $1 }' tests/packages
	done | while read -r package; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
			grep -qx installed || echo "$package"
	done
}

# setup_install WHAT...: installs them, as root on a Debian; else says what is missing and
# goes on, since other distributions have the same under other names.
setup_install() {
	if ! command -v dpkg-query >/dev/null; then
		echo "not a Debian: tests/packages names what is needed"
		return
	fi
	missing=$(setup_missing "$@" | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "not root, so these are not installed: $missing"
		return
	fi
	echo "installing $missing"
	# shellcheck disable=SC2086 # a list of packages
	{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install \
		--yes --no-install-recommends $missing; } >"$setup_log" 2>&1 ||
		{ cat "$setup_log" && echo "apt-get failed" && exit 1; }
}

# A root without /proc is common where a chroot was just made.
setup_mounts() {
	[ "$(id -u)" -eq 0 ] || return 0
	[ -e /proc/self/status ] || mount -t proc proc /proc ||
		{ echo "/proc is not there and cannot be mounted" && exit 1; }
	[ -d /sys/class/net ] || mount -t sysfs sysfs /sys ||
		{ echo "/sys is not there and cannot be mounted" && exit 1; }
	[ -c /dev/null ] || { echo "/dev/null is not there: mount /dev" && exit 1; }
}

setup() {
	setup_log=$(mktemp) || exit 1
	setup_mounts
	setup_install "$@"
	rm -f "$setup_log"
}
