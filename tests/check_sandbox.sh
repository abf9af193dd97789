#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Who the daemon is when it serves, what it may do, and that it does its work all the same:
# labels, reloads and logs that are rotated.  test_sandbox.c has what it may not do.
. tests/lib.sh
. tests/lib_daemon.sh
need_root python3
need_daemon
grep -q '^Seccomp:' /proc/self/status || skip "the kernel has no seccomp"
scratch
hosts_up
gateway_by_hand 2
model_make "$tmp/good" 1 10
model_make "$tmp/long" 30 60
cp "$tmp/good" "$tmp/model"
server_start

# Folders of root's and one of the user's, as on a gateway.
chown 0 "$tmp"
install -d -o $DAEMON_USER "$tmp/own"

# ini KEY=VALUE...
ini() {
	daemon_ini queue.workers=2 log.file="$tmp/own/labels" "$@"
}

ini

# every_thread KEY VALUE: each has this in its status.
every_thread() {
	for task in "/proc/$daemon/task/"*/status; do
		value=$(sed -n "s/^$1:[[:space:]]*//p" "$task" | tr -s '[:space:]' ' ' | sed 's/ $//')
		[ "$value" = "$2" ] || fail "$1 is '$value', not '$2', in $task"
	done
}

threads() {
	find "/proc/$daemon/task" -mindepth 1 -maxdepth 1 | wc -l
}

# is_confined UID SECCOMP
is_confined() {
	[ "$(threads)" -ge 4 ] || fail "$(threads) threads"
	every_thread Uid "$1 $1 $1 $1"
	every_thread Gid "$1 $1 $1 $1"
	every_thread Groups ''
	every_thread CapInh 0000000000000000
	every_thread CapPrm 0000000000001000
	every_thread CapEff 0000000000001000
	every_thread CapBnd 0000000000000000
	every_thread CapAmb 0000000000000000
	every_thread NoNewPrivs 1
	every_thread Seccomp "$2"
}

# start: workers set off before the filter is there for all.
start() {
	daemon_start 2
	wait_for 5 says_more 'serving: ' "${serving:=0}" || fail "it does not serve"
	serving=$((serving + 1))
}

# What the filter refuses is in the kernel's log; nothing of our own work may be.
stop() {
	daemon_stop
	! dmesg 2>/dev/null | grep "type=1326 .* pid=$daemon " ||
		fail "the daemon made calls that are refused"
}

reload() {
	reloads=$(said reloaded:)
	kill -HUP "$daemon"
	wait_for 5 says_more reloaded: "$reloads" ||
		fail "not reloaded: $(tail -n 1 "$tmp/daemon.log")"
}

# refuse_reload PATTERN
refuse_reload() {
	refusals=$(said 'old settings stay')
	kill -HUP "$daemon"
	wait_for 5 says_more 'old settings stay' "$refusals" || fail "no refusal"
	tail -n 3 "$tmp/daemon.log" | grep -q "$1" || fail "not '$1': $(tail -n 3 "$tmp/daemon.log")"
}

# labels_come N [FILE]: of as many datagrams, in the file.
labels_come() {
	ask 203.0.113.2 "$1" || fail "datagrams got lost"
	wait_for 5 grep -q " sent=$1/.* label=" "${2:-$tmp/own/labels}" || fail "no label of $1 datagrams"
}

work_goes_on() {
	start
	is_confined $DAEMON_USER 2
	says_more 'sandbox: ' 0 && echo "note: $(grep 'sandbox: ' "$tmp/daemon.log")"
	labels_come 11
	reload
	cp "$tmp/long" "$tmp/model"
	reload
	says_more 'gap 30000 ms' 0 || fail "the new model is not served"
	cp "$tmp/good" "$tmp/model"
	reload
	echo 'nonsense' >>"$tmp/nfclass.ini"
	refuse_reload "'nonsense' is not key = value"
	ini
	reload
	labels_come 12
	counters
	every_packet_answered
	is_confined $DAEMON_USER 2
	stop
}

# The user may read, but not write, in a folder of root's; logrotate(8) makes the new file for
# whoever has the old one.
logs_are_rotated() {
	mkdir "$tmp/log"
	touch "$tmp/log/labels"
	ini log.file="$tmp/log/labels"
	start
	[ "$(stat -c %u "$tmp/log/labels")" -eq $DAEMON_USER ] || fail "the log is not the user's"
	labels_come 21 "$tmp/log/labels"
	mv "$tmp/log/labels" "$tmp/log/labels.1"
	install -o $DAEMON_USER -m 640 /dev/null "$tmp/log/labels"
	reload
	labels_come 22 "$tmp/log/labels"
	mv "$tmp/log/labels" "$tmp/log/labels.2"
	reload
	says_more "log file $tmp/log/labels: user $DAEMON_USER may not open it; the one that is open" 0 ||
		fail "it does not say that the log cannot be made again"
	labels_come 23 "$tmp/log/labels.2"
	stop
}

another_folder_takes_a_restart() {
	install -d -o $DAEMON_USER "$tmp/elsewhere"
	ini
	start
	ini log.file="$tmp/elsewhere/labels"
	reload
	says_more "elsewhere/labels: .* not before a restart .*; the one that is open is kept" 0 ||
		fail "it does not say that the log takes a restart"
	labels_come 31
	stop
	start
	labels_come 32 "$tmp/elsewhere/labels"
	stop
}

# Labels are lost to the file alone, when nobody but root may go there.
a_log_in_a_folder_of_others() {
	mkdir -m 700 "$tmp/elsewhere/in"
	ini log.file="$tmp/elsewhere/in/labels"
	start
	says_more 'may not open it; labels do not go there' 0 || fail "no warning of a log that is not"
	ask 203.0.113.2 5 || fail "datagrams got lost"
	stop
}

# As below /usr and /etc where systemd makes them so.
a_log_where_nobody_writes() {
	mkdir "$tmp/sealed"
	mount -t tmpfs -o ro none "$tmp/sealed" || { echo "note: nothing can be mounted" && return; }
	ini log.file="$tmp/sealed/labels"
	start
	says_more 'sealed/labels: .* labels do not go there .Read-only file system' 0 ||
		fail "no warning of a log on a read-only file system"
	ask 203.0.113.2 5 || fail "datagrams got lost"
	stop
}

at_end() {
	! mountpoint -q "$tmp/sealed" || umount "$tmp/sealed"
}

what_root_alone_reads() {
	ini
	chmod 600 "$tmp/nfclass.ini"
	start
	says_more "$tmp/nfclass.ini: user $DAEMON_USER cannot read it" 0 || fail "no warning at start"
	refuse_reload "$tmp/nfclass.ini: Permission denied"
	chmod 644 "$tmp/nfclass.ini"
	chmod 600 "$tmp/model"
	refuse_reload "$tmp/model: user $DAEMON_USER cannot read it"
	chmod 644 "$tmp/model"
	reload
	labels_come 41
	stop
}

# A user who is not there holds nothing up.
nobody_serves() {
	ini daemon.user=nfc-no-such log.file=
	start
	says_more "warning: .* there is no nfc-no-such" 0 || fail "no warning"
	is_confined 65534 2
	ask 203.0.113.2 5 || fail "datagrams got lost"
	stop
	nsenter --net="/run/netns/$net-gateway" "${NFCLASSD:-$BUILD/nfclassd}" -T \
		-c "$tmp/nfclass.ini" 2>&1 | grep -q 'there is no nfc-no-such' || fail "-T does not warn"
}

open_for_debugging() {
	ini daemon.sandbox=no
	start
	is_confined $DAEMON_USER 0
	reload
	labels_come 51
	stop
}

work_goes_on
logs_are_rotated
another_folder_takes_a_restart
a_log_in_a_folder_of_others
a_log_where_nobody_writes
what_root_alone_reads
nobody_serves
open_for_debugging
