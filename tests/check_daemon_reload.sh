#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGHUP: new settings and a new model without losing a packet or a flow, and the old ones
# stay when the new are bad.
. tests/lib.sh
. tests/lib_daemon.sh
need_root ip
need_daemon
scratch
hosts_up
gateway_by_hand 1
model_make "$tmp/good" 1 10
model_make "$tmp/long" 30 60
cp "$tmp/good" "$tmp/model"
daemon_ini
server_start
cp "$tmp/nfclass.ini" "$tmp/good.ini"

# refused PATTERN: the reload is, for this reason.
refused() {
	refusals=$(said 'old settings stay')
	kill -HUP "$daemon"
	wait_for 5 says_more 'old settings stay' "$refusals" || fail "no refusal: $1"
	tail -n 1 "$tmp/daemon.log" | grep -q "$1" ||
		fail "not '$1': $(tail -n 1 "$tmp/daemon.log")"
	ask 203.0.113.2 5 || fail "after a refused reload nothing passes"
}

reloaded() {
	reloads=$(said reloaded:)
	kill -HUP "$daemon"
	wait_for 5 says_more reloaded: "$reloads" ||
		fail "not reloaded: $(tail -n 1 "$tmp/daemon.log")"
}

bad_ones_are_refused() {
	echo 'workrs = 2' >>"$tmp/nfclass.ini"
	refused "nfclass.ini:[0-9]*: unknown key 'workrs'"
	cp "$tmp/good.ini" "$tmp/nfclass.ini"
	head -c $(($(wc -c <"$tmp/good") - 1)) "$tmp/good" >"$tmp/model"
	refused "$tmp/model"
	rm "$tmp/model"
	refused 'No such file'
	cp "$tmp/good" "$tmp/model"
	printf '[burst]\ngap_ms = 500\n' >>"$tmp/nfclass.ini"
	refused 'gap_ms = 500 contradicts the model, which was trained with 1000'
	daemon_ini log.file=/nonexistent/labels
	refused 'log file /nonexistent/labels'
	cp "$tmp/good.ini" "$tmp/nfclass.ini"
}

# A flow goes on while everything is loaded again, many times: no datagram is lost, and
# the same model cuts no burst.
flows_go_on() {
	ask 203.0.113.2 4000 &
	asking=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		reloaded
	done
	wait $asking || fail "a datagram was lost: $(cat "$tmp/asked")"
	wait_for 5 labelled 'sent=4000/[0-9]* rcvd=4000/' || fail "the burst was cut"
	counters
	every_packet_answered
}

the_log_is_reopened() {
	mv "$tmp/labels" "$tmp/labels.1"
	lines=$(wc -l <"$tmp/labels.1")
	reloaded
	ask 203.0.113.2 7 || fail "datagrams got lost"
	wait_for 5 labelled 'sent=7/' || fail "no label in the new file"
	[ "$(wc -l <"$tmp/labels.1")" -eq "$lines" ] || fail "the old file still grows"
}

# Open bursts end under the model that they began with; then the new gap holds.
another_gap() {
	ask 203.0.113.2 9 || fail "datagrams got lost"
	cp "$tmp/long" "$tmp/model"
	reloaded
	says_more 'reloaded: .* gap 30000 ms, max 60000 ms' 0 || fail "the old gap is told"
	wait_for 5 labelled 'sent=9/' || fail "the open burst did not end with its model"
	ask 203.0.113.2 11 || fail "datagrams got lost"
	counters
	[ "$(counter bursts_now)" -eq 1 ] || fail "no open burst"
	cp "$tmp/good" "$tmp/model"
	reloaded
	wait_for 5 labelled 'sent=11/' || fail "the open burst did not end with its model"
}

what_takes_a_restart_is_named() {
	daemon_ini queue.workers=2 flow.max=100
	reloaded
	says_more 'only a restart changes .queue. workers, .flow. max$' 0 || fail "no warning"
	queues_open 1 || fail "queues changed"
	cp "$tmp/good.ini" "$tmp/nfclass.ini"
}

daemon_start 1
bad_ones_are_refused
flows_go_on
the_log_is_reopened
another_gap
what_takes_a_restart_is_named
daemon_stop
every_packet_answered
