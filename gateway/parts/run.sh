# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Running commands, or showing them; and the state of one gateway: a folder under /run,
# one for each network namespace.
# shellcheck disable=SC2154 # lan, settings come from the script

showing=

say() {
	echo "nfclass-gateway: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# Words as a shell would have to be given them.
quoted() {
	space=
	for word in "$@"; do
		case $word in
		'' | *[!A-Za-z0-9_./:=,@%+-]*)
			word="'$(printf '%s' "$word" | sed "s/'/'\\\\''/g")'" ;;
		esac
		printf '%s%s' "$space" "$word"
		space=' '
	done
}

# What failed, with what it said.
failed() {
	say "this failed: $(quoted "$@")"
	[ -z "$output" ] || printf '%s\n' "$output" | sed 's/^/    /' >&2
	return 1
}

# The lock is not for what we start: it may outlive us.
run() {
	if [ -n "$showing" ]; then
		quoted "$@"
		echo
		return
	fi
	output=$("$@" 2>&1 9>&-) || failed "$@"
}

# feed TEXT COMMAND...: the same, with text on its standard input.
feed() {
	text=$1
	shift
	if [ -n "$showing" ]; then
		printf "%s <<'END'\n%s\nEND\n" "$(quoted "$@")" "$text"
		return
	fi
	output=$(printf '%s\n' "$text" | "$@" 2>&1 9>&-) || failed "$@"
}

# put FILE TEXT
put() {
	if [ -n "$showing" ]; then
		printf "cat >%s<<'END'\n%s\nEND\n" "$(quoted "$1")" "$2"
		return
	fi
	output=$( (printf '%s\n' "$2" >"$1") 2>&1) || failed write "$1"
}

# Writes under /proc/sys, without the need for sysctl(8).
put_sysctl() {
	if [ -n "$showing" ]; then
		echo "echo $2 >/proc/sys/$1"
		return
	fi
	output=$( (echo "$2" >"/proc/sys/$1") 2>&1) || failed sysctl -w "$1=$2"
}

# note FILE LINE: keep a line for down.
note() {
	[ -n "$showing" ] || printf '%s\n' "$2" >>"$state/$1" || {
		echo "nfclass-gateway: cannot write $state/$1" >&2
		return 1
	}
}

noted() {
	[ -z "$showing" ] && [ -f "$state/$1" ] && grep -qxF -- "$2" "$state/$1"
}

# The number of a namespace is used again after its end, and so is its state, unless the
# interface in it is another one.
state_find() {
	run_dir=${NFCLASS_RUN:-/run/nfclass-gateway}
	state=$run_dir/net-$(stat -Lc %i /proc/self/ns/net) || exit 1
}

state_lock() {
	mkdir -p "$run_dir" || exit 1
	exec 9>"$run_dir/lock"
	flock 9
}

interface_id() {
	ip -o link show dev "$1" 2>/dev/null | sed -n 's/^\([0-9]*\):.*link\/\([^ ]* [^ ]*\).*/\1 \2/p'
}

state_exists() {
	[ -f "$state/settings" ] || return 1
	settings_lan=$(sed -n 's/^gateway\.lan //p' "$state/settings")
	[ "$(interface_id "$settings_lan")" != "$(cat "$state/interface")" ] || return 0
	# Nobody's any more: the namespace went, or the interface was taken out.
	rules_present || { lan_down && rm -rf "$state" && return 1; }
}

state_take() {
	settings=$(cat "$state/settings")
	policy=$(cat "$state/policy" 2>/dev/null) # an older version wrote none
	take_settings
}

# Is what is up of a kind with what is asked for?
state_lasts() {
	[ "$(lasting_settings "$(cat "$state/settings")" "$(cat "$state/policy" 2>/dev/null)")" = \
		"$(lasting_settings "$settings" "$policy")" ]
}

state_keep() {
	printf '%s\n' "$policy" >"$state/policy" && printf '%s\n' "$settings" >"$state/settings"
}

# settings is written last: it says that the rest is there.
state_make() {
	rm -rf "$state"
	mkdir -p "$state" || exit 1
	{
		interface_id "$lan" >"$state/interface" && rules_tables >"$state/tables" &&
			host_snapshot >"$state/sysctl" && state_keep
	} || {
		rm -rf "$state"
		die "cannot write down in $state what is there now"
	}
}
