#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2119 # no programs beyond the usual
# Labelled connections leave the queue and come back, what they do there is noticed, and
# all their bytes are counted.
. tests/lib.sh
. tests/lib_daemon.sh
. tests/lib_marks.sh
need_root
need_programs python3
need_daemon
scratch
hosts_up
gateway_by_hand 1

# skip_rules QUEUES: the gateway script's.
skip_rules() {
	for family in iptables ip6tables; do
		on gateway sh -ec "
			$family -t mangle -F
			$family -t mangle -A FORWARD -m connmark --mark $SKIP/$SKIP -j RETURN"
		queue_rules "$1" || fail "cannot make rules"
		on gateway sh -ec "
			$family -t mangle -A POSTROUTING -m mark ! --mark 0/$MASK \
				-j CONNMARK --save-mark --nfmask $MASK --ctmask $MASK" || fail "cannot make rules"
	done
}

inside() {
	! outside "$@"
}

# Bytes of IP that went through the interface to the server.
wire_bytes() {
	on gateway cat /proc/net/dev | awk '
		sub(/^ *wan:/, "") { print $1 + $9 - 14 * ($2 + $10) }'
}

# labels_of PORT APP: of bursts that have ended.
labels_of() {
	grep -c "^burst=[1-9].*:$1 .* label=$2" "$tmp/labels"
}

returned() {
	counters
	returned=$(counter skip_returned)
}

returned_more() {
	returned
	[ "$returned" -gt "$1" ]
}

leaves_and_returns() {
	talking client 203.0.113.2 7002 4001 0:40:0.02
	wait_for 20 outside 4 udp 4001 || fail "it does not leave: $(cat "$tmp/labels")"
	[ "$(labels_of 4001 thin)" -ge 3 ] || fail "it left too early: $(cat "$tmp/labels")"
	expect_marks "outside" 4 udp 7002 4
	wait_for 20 passes_by 4001 || fail "packets of it are queued"
	seen=$(labels_of 4001 thin)
	returned
	wait_for 20 returned_more "$returned" || fail "it does not come back"
	# One burst that agrees is enough: of the queue's own time it takes one or two.
	wait_for 20 outside 4 udp 4001 || fail "it does not leave again"
	[ "$(labels_of 4001 thin)" -gt "$seen" ] || fail "it left before a burst had ended: $(cat "$tmp/labels")"
	[ "$(labels_of 4001 thin)" -le $((seen + 4)) ] || fail "it took too long to leave again: $(cat "$tmp/labels")"
	silence
}

# What changes while it is outside is seen when it comes back for the first time.  A few
# packets that look alike must not send it out again.
change_is_noticed() {
	talking client 203.0.113.2 7001 4002 0:40:0.02 0:1100:0.02
	wait_for 20 outside 4 udp 4002 || fail "it does not leave"
	to_talkers USR1
	returned
	seen=$returned
	wait_for 30 grep -q ':4002 .* label=fat' "$tmp/labels" || fail "nobody notices: $(cat "$tmp/labels")"
	returned
	[ $((returned - seen)) -le 1 ] || fail "noticed after $((returned - seen)) returns"
	expect_marks "changed" 4 udp 7001 5
	wait_for 20 outside 4 udp 4002 || fail "it does not leave as what it is now"
	expect_marks "changed, and outside" 4 udp 7001 5
	silence
}

skip_ini() {
	marks_ini queue.skip_labelled=3 queue.resample_s=2 log.format=kv "$@"
}

# bytes_agree BEFORE: what the queue and the kernel counted since is what the wire carried.
bytes_agree() {
	wire=$(($(wire_bytes) - $1)) inside=$(counter bytes) outside=$(counter skip_bytes)
	echo "wire $wire, queue $inside, outside $outside"
	[ $((100 * (wire - inside - outside))) -le "$wire" ] &&
		[ $((100 * (inside + outside - wire))) -le "$wire" ]
}

# What top has of the IPv6 client is what its labels and its rows of conntrack add up to.
top_has_all() {
	"$BUILD/nfclass" top --json -n 1000 -c "$tmp/nfclass.ini" >"$tmp/top.json" || return 1
	python3 - "$tmp/labels" "$tmp/top.json" <<-'PY'
	import json, sys
	labels = rows = 0
	for line in open(sys.argv[1]):
	    word = line.split()
	    if line.startswith('<') and word[1] == '<fd00:12::2>':
	        labels += int(word[8][1:-1]) + int(word[9][1:-1])
	    elif word[-1] == 'conntrack' and word[1] == 'fd00:12::2':
	        rows += int(word[8]) + int(word[9])
	told = sum(r['down_bytes'] + r['up_bytes'] for r in json.load(open(sys.argv[2]))['top']
	           if r['client'] == 'fd00:12::2')
	assert rows > 0 and told == labels + rows, (labels, rows, told)
	PY
}

# Superpackets, datagrams, both families, some that begin and end meanwhile.
every_byte_is_counted() {
	skip_ini log.format=seed log.counters=yes
	: >"$tmp/labels"
	on server tc qdisc add dev eth0 root tbf rate 40mbit burst 256k latency 50ms ||
		fail "cannot limit the server's rate"
	daemon_start 1
	bytes_before=$(wire_bytes)
	talking client 203.0.113.2 7002 4003 0:40:0.02
	talking client 2001:db8:113::2 7002 4004 0:1100:0.02
	get 203.0.113.2 30000000 || fail "the download broke"
	get 2001:db8:113::2 15000000 || fail "the download broke"
	wait_for 30 grep -qE '^[0-9]+ fd00:12::2 4004 2001:db8:113::2 7002 UDP [1-9].* conntrack$' \
		"$tmp/labels" || fail "no row of a connection outside"
	silence
	wait_for 20 top_has_all || fail "top has not all: $(top_has_all 2>&1)"
	daemon_stop
	on server tc qdisc del dev eth0 root
	bytes_agree "$bytes_before" || fail "bytes are missing or counted twice"
	[ "$(counter skip_bytes)" -gt 4000000 ] || fail "too little skipped the queue"
	rows=$(awk '$NF == "conntrack" { sum += $9 + $10 } END { printf "%d", sum }' "$tmp/labels")
	[ "$rows" -eq "$(counter skip_bytes)" ] || fail "rows have $rows bytes, not $(counter skip_bytes)"
}

# udp_timeouts SECONDS
udp_timeouts() {
	on gateway sh -c "echo $1 | tee /proc/sys/net/netfilter/nf_conntrack_udp_timeout*" >/dev/null
}

# The kernel clears out what is over when somebody reads its table.
ended_outside() {
	on gateway cat /proc/net/nf_conntrack >/dev/null
	counters
	[ "$(counter skip_ended)" -ge "$1" ]
}

ends_are_counted() {
	skip_ini queue.resample_s=500
	daemon_start 1
	udp_timeouts 3
	bytes_before=$(wire_bytes)
	talking client 203.0.113.2 7002 4005 400:40:0.02
	wait_for 30 ended_outside 1 || fail "its end outside was not told: $(cat "$tmp/daemon.log")"
	[ "$(counter skip_now)" -eq 0 ] || fail "an ended connection counts as outside"
	udp_timeouts 30
	daemon_stop
	bytes_agree "$bytes_before" || fail "bytes are missing at the end"
}

# Whoever is killed leaves connections outside; the next one takes them back.
comes_back_after_a_kill() {
	skip_ini queue.resample_s=500
	daemon_start 1
	talking client 203.0.113.2 7002 4006 0:40:0.02
	wait_for 20 outside 4 udp 4006 || fail "it does not leave"
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null
	outside 4 udp 4006 || fail "who brought it back?"
	wait_for 10 queues_open 0 || fail "the daemon is still there"
	daemon_start 1
	grep -q '1 connections that skipped the queue come back' "$tmp/daemon.log" ||
		fail "it stays outside: $(cat "$tmp/daemon.log")"
	wait_for 20 outside 4 udp 4006 || fail "it does not leave again"
	# Switched off by a reload, everything comes back, and stays.
	marks_ini queue.skip_labelled=0
	kill -HUP "$daemon"
	wait_for 10 inside 4 udp 4006 || fail "a reload leaves it outside"
	silence
	daemon_stop
}

# Both clients, whichever worker has them.
two_workers() {
	skip_rules 2
	skip_ini queue.workers=2
	daemon_start 2
	talking client 203.0.113.2 7002 4007 0:40:0.02
	talking client 2001:db8:113::2 7002 4008 0:1100:0.02
	for family in 4 6; do
		wait_for 20 outside $family udp $((4005 + family / 2)) || fail "IPv$family does not leave"
	done
	wait_for 20 returned_more 1 || fail "they do not come back"
	expect_marks "two workers, IPv6" 6 udp 7002 5
	silence
	daemon_stop
	every_packet_answered
}

model_by_length "$tmp/model"
on gateway sh -c 'echo 1 >/proc/sys/net/netfilter/nf_conntrack_acct'
skip_rules 1
server_start
server_on server 7001
server_on server 7002
skip_ini
daemon_start 1
leaves_and_returns
change_is_noticed
daemon_stop
every_packet_answered
every_byte_is_counted
ends_are_counted
comes_back_after_a_kill
two_workers
