#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs alone: times decide.
# The whole way: real connections, the daemon's labels, its marks, and what nfclass-gateway's
# rules make of them, before and after a reload.
# shellcheck disable=SC2317 # functions that others call
. tests/lib.sh
. tests/lib_daemon.sh
. tests/lib_marks.sh
. tests/lib_shaping.sh
need_root python3 tc
need_daemon
scratch
hosts_up
model_by_length "$tmp/model"

# policy_ini SHAPE: fat is shaped everywhere, and this client has no thin.
policy_ini() {
	marks_ini down=40mbit up=20mbit "shape.fat=$1" \
		devices.tablet=192.168.12.2,fd00:12::2 'policy.late=app thin device tablet block'
}

# A download is nobody's at first, and its app's from the second label on.  The median of
# three.
labelled_is_shaped() {
	for look in 1 2 3; do
		flows rates 8 "down@$1@7000" >"$tmp/look-$look" 2>&1 || fail "$1: $(cat "$tmp/look-$look")"
	done
	cat "$tmp/look-1" "$tmp/look-2" "$tmp/look-3"
	sort -t = -n -k 2 "$tmp/look-1" "$tmp/look-2" "$tmp/look-3" | sed -n 2p >"$tmp/rates"
	expect "down@$1@7000" down "$2" "$3"
	grep -q 'label=fat .* mark=0x5000000' "$tmp/labels" || fail "no label: $(cat "$tmp/labels")"
}

labelled_is_blocked() {
	flows rtt "$1" 7001 30 >"$tmp/asked" 2>&1 && fail "a blocked app goes on"
	grep -q ConnectionResetError "$tmp/asked" || fail "no reset: $(cat "$tmp/asked")"
	wait_for 10 grep -q 'label=thin .* BLOCKED$' "$tmp/labels" ||
		fail "no label says so: $(grep thin "$tmp/labels")"
}

policy_ini 'down 5mbit'
gateway up || fail up
daemon_start 1
flows_serve 7000 7001
labelled_is_shaped $SERVER4 4.5 5.2
labelled_is_shaped $SERVER6 4.5 5.2
labelled_is_blocked $SERVER4
labelled_is_blocked $SERVER6
gateway status >"$tmp/status" || fail "status: $(cat "$tmp/status")"
cat "$tmp/status"
# A model that is none is not taken over, nor are the rates beside it.
policy_ini 'down 10mbit'
mv "$tmp/model" "$tmp/model.good"
echo none >"$tmp/model"
on gateway tc class show dev lan >"$tmp/classes"
gateway reload >"$tmp/out" 2>&1 && fail "a model that is none is taken over"
grep -q 'would refuse' "$tmp/out" || fail "reload: $(cat "$tmp/out")"
on gateway tc class show dev lan | cmp -s - "$tmp/classes" || fail "a refused reload changes classes"
mv "$tmp/model.good" "$tmp/model"
loads=$(said reloaded:)
gateway reload || fail reload
wait_for 20 says_more reloaded: "$loads" || fail "the daemon was not told: $(cat "$tmp/daemon.log")"
labelled_is_shaped $SERVER4 9 10.4
daemon_stop # one that runs would go on marking
gateway down || fail down
if on gateway cat /proc/net/nf_conntrack | grep ' mark=' | grep -v ' mark=0 '; then
	fail "marks stay in connections"
fi
