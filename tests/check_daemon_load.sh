#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016
# nfclassd under load: superpackets and none, two workers that split by client, a restart
# in the middle of traffic, and more labels than anybody writes.
. tests/lib.sh
. tests/lib_daemon.sh
need_root ethtool python3
need_daemon
scratch
hosts_up
gateway_by_hand 2
model_make "$tmp/model" 1 10
daemon_ini queue.workers=2
server_start

everywhere() {
	for end in 'client eth0' 'server eth0' 'gateway lan' 'gateway wan'; do
		# shellcheck disable=SC2086 # host and interface
		offloads $end "$1"
	done
}

# sent_twice: segments, by the server so far
sent_twice() {
	on server awk '/^Tcp:/ && n++ { print $13 }' /proc/net/snmp
}

# counted TWICE: one burst-flow has 20,000 to 21,999 packets and 31 million bytes, but for so many
# segments that TCP may have sent twice.
counted() {
	grep -oE "rcvd=[0-9]+/[0-9]+ " "$tmp/labels" | tr '=/' '  ' | awk -v twice="$1" '
		$2 >= 20000 && $2 - twice < 22000 && $3 >= 31e6 && $3 - 1500 * twice < 32e6 { found = 1 }
		END { exit !found }'
}

# The same download counts the same, however it was cut on its way: all its segments but
# a few have 1,448 bytes of payload.
download() {
	everywhere "$1"
	before=$(sent_twice)
	get 203.0.113.2 30000000 || fail "download, offloads $1"
	twice=$(($(sent_twice) - before))
	wait_for 5 counted $twice ||
		fail "offloads $1, $twice segments sent twice: $(cat "$tmp/labels")"
	counters
	every_packet_answered
	rm "$tmp/labels"
	kill -HUP "$daemon"
	wait_for 5 test -e "$tmp/labels" || fail "no new log"
}

superpackets() {
	download off
	[ "$(counter superpackets_tcp)" -eq 0 ] || fail "offloads off, and superpackets"
	plain=$(counter packets)
	download on
	[ "$(counter superpackets_tcp)" -gt 100 ] || fail "offloads on, and no superpackets"
	[ $(($(counter packets) - plain)) -lt "$plain" ] || fail "superpackets were taken apart"
}

# client_asks LAST COUNT: from another address of the client's.
client_asks() {
	on client ip route replace 203.0.113.2 via 192.168.12.1 src "192.168.12.$1"
	ask 203.0.113.2 "$2" || fail "datagrams from 192.168.12.$1 got lost"
}

# 32 clients: each has one burst with both directions, on one of two queues.
two_workers() {
	for i in $(seq 200 231); do
		on client ip addr add "192.168.12.$i/24" dev eth0
		client_asks "$i" 3
	done
	for i in $(seq 200 231); do
		wait_for 5 labelled "client=192.168.12.$i:.* sent=3/[0-9]* rcvd=3/" ||
			fail "192.168.12.$i: $(grep "192.168.12.$i:" "$tmp/labels")"
	done
	counters
	every_packet_answered
	for queue in 0 1; do
		grep "queue=$queue packets=" "$tmp/daemon.log" | tail -n 1 | grep -qE 'packets=[0-9]{2,}' ||
			fail "queue $queue has nothing to do"
	done
	on client ip route del 203.0.113.2 via 192.168.12.1
}

# Every datagram waits for its answer, so one that is dropped in the queue would be seen.
restarts_lose_nothing() {
	ask 203.0.113.2 30000 &
	asking=$!
	for _ in 1 2 3 4 5; do
		daemon_stop
		every_packet_answered
		daemon_start 2
	done
	wait $asking || fail "a datagram was lost: $(cat "$tmp/asked")"
}

# A daemon that stands still holds 2 * 20 packets, and the rest passes it by: the bursts
# that were open then say so.
full_queue() {
	daemon_ini queue.workers=2 queue.length=20
	daemon_start 2
	ask 203.0.113.2 1 || fail "a datagram got lost"
	kill -STOP "$daemon"
	on client python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(200):
    s.sendto(b"x", ("203.0.113.2", 7000))'
	ask 203.0.113.2 50 || fail "a full queue does not let packets pass"
	kill -CONT "$daemon"
	wait_for 5 labelled 'flags=loss' || fail "no burst is flagged: $(cat "$tmp/labels")"
	counters
	[ "$(counter full)" -ge 1 ] || fail "a full queue was not noticed"
	daemon_stop
}

daemon_start 2
may_be_full=yes # its downloads are long, and its counters add up
superpackets
two_workers
daemon_stop
may_be_full=
daemon_start 2
restarts_lose_nothing
daemon_stop
full_queue
