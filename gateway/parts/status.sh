# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What this gateway is and does: status.
# shellcheck disable=SC2034,SC2154 # variables are shared with the script

QUEUES=/proc/net/netfilter/nfnetlink_queue

# queue_line NUMBER: port, waiting, dropped by the kernel, lost to the daemon, packets seen.
queue_line() {
	awk -v n="$1" '$1 == n { print $2, $3, $6, $7, $8 }' $QUEUES 2>/dev/null
}

queues() {
	i=0
	while [ "$i" -lt "$workers" ]; do
		echo $((queue_first + i))
		i=$((i + 1))
	done
}

status_queue() {
	line=$(queue_line "$1")
	if [ -z "$line" ]; then
		echo "queue $1: nobody listens, packets pass unseen"
		return 1
	fi
	# shellcheck disable=SC2086 # the fields of the line
	set -- "$1" $line
	echo "queue $1: in use, $6 packets, $3 waiting, $4 dropped by the kernel, $5 lost on the way to the daemon"
}

# Daemons in this network namespace.  Without CAP_SYS_PTRACE nobody reads the ns/net of a
# process that may not be traced; but each namespace has files of its own behind net/.
daemon_pids() {
	here_net=$(stat -c %i /proc/self/net/dev)
	for comm in /proc/[0-9]*/comm; do
		process=${comm%/comm}
		[ "$(cat "$comm" 2>/dev/null)" = nfclassd ] &&
			[ "$(stat -c %i "$process/net/dev" 2>/dev/null)" = "$here_net" ] &&
			echo "${process#/proc/}"
	done
}

# Of a process that /proc hides we see only what it has opened.
daemon_is_there() {
	[ -n "$(daemon_pids)" ] || daemon_is_hidden
}

daemon_is_hidden() {
	for queue in $(queues); do
		[ -z "$(queue_line "$queue")" ] || return 0
	done
	return 1
}

# The client that stands beside the daemon's program, or elsewhere.
find_client() {
	for client in "${daemon%/*}/nfclass" "${daemon%/*}/../bin/nfclass"; do
		[ -x "$client" ] && return
	done
	client=$(command -v nfclass)
}

# Does the daemon of this network namespace answer on the control socket?  A path may be that
# of a daemon in another one.
control_answers() {
	socket=$(setting control.socket)
	[ -n "$socket" ] && find_client &&
		awk -v at=" $socket" 'substr($0, length($0) - length(at) + 1) == at { found = 1 }
			END { exit !found }' /proc/net/unix &&
		"$client" status --socket "$socket" >/dev/null 2>&1
}

# A signal tells the daemon, and tells us nothing.
daemon_reload() {
	pids=$(daemon_pids)
	if [ "$(echo "$pids" | wc -w)" -le 1 ] && control_answers; then
		run "$client" reload --socket "$socket" ||
			die "the rules are those of the new settings, the daemon works by the old ones"
		say "nfclassd: $output"
	elif [ -n "$pids" ]; then
		# shellcheck disable=SC2086 # one process or several
		run kill -HUP $pids || exit 1
		say "nfclassd has no control socket that answers: its log says whether it took its settings"
	elif daemon_is_hidden; then
		die "somebody listens to the queue, but no process of nfclassd is seen to be told: send it SIGHUP"
	else
		say "no daemon is there to be told"
	fi
}

status_rules() {
	for table in filter mangle nat; do
		saved "$1" -c -t $table | grep -vE -- '-A nfclass-(down|up) ' | sed -n "s/^\(\[[0-9:]*\]\) -A \(nfclass-.*\)/  IPv$1 $table \1 \2/p"
	done
}

on_off() {
	case $(cat "/proc/sys/$1" 2>/dev/null) in
	1) echo on ;;
	*) echo off ;;
	esac
}

# 0 up and whole, 1 up with something missing, 3 not up.
look_status() {
	if ! state_exists; then
		echo "gateway: not up"
		exit 3
	fi
	state_take
	rc=0
	echo "gateway: up, LAN $lan, WAN $wan, state in $state"
	echo "forwarding: IPv4 $(on_off net/ipv4/conf/all/forwarding), IPv6 $(on_off net/ipv6/conf/all/forwarding)"
	if [ -n "$dhcp_range" ]; then
		if pid=$(lan_pid); then
			echo "DHCP: process $pid serves $dhcp_range"
		else
			echo "DHCP: not running"
			rc=1
		fi
	fi
	for queue in $(queues); do
		status_queue "$queue" || rc=1
	done
	rules_present || { echo "rules: missing" && rc=1; }
	! marks_on || apps_status || rc=1
	for family in $(families); do
		status_rules "$family"
	done
	exit $rc
}
