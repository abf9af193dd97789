#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nfclassd on a real queue: labels by timer, a verdict for every packet, also for what it
# cannot read, counters, and an end that leaves nothing out.
. tests/lib.sh
. tests/lib_daemon.sh
need_root busybox python3
need_daemon
scratch
hosts_up
gateway_by_hand 1
model_make "$tmp/model" 1 10
daemon_ini log.format=kv label.early_ms=700
server_start

# Nobody sends anything after it, so only a timer can end the burst, or make a flow of few
# packets due before.
labels_come_by_timer() {
	for address in 203.0.113.2 2001:db8:113::2; do
		ask $address 20 || fail "datagrams to $address got lost"
		get $address 100000 || fail "the download from $address broke"
	done
	ask 203.0.113.2 3 || fail "datagrams got lost"
	for client in 192.168.12.2 '\[fd00:12::2\]'; do
		for proto in UDP TCP; do
			wait_for 5 labelled "client=$client:.* proto=$proto .* in=lan out=wan" ||
				fail "no label of $client, $proto"
		done
	done
	wait_for 5 labelled 'proto=UDP sent=3/' || fail "no label of three datagrams"
	labelled_early '^burst=0 .* proto=UDP sent=3/[0-9]* rcvd=3/' ||
		fail "three datagrams were not due: $(cat "$tmp/labels")"
	labelled_early 'proto=UDP sent=10/[0-9]* rcvd=10/' ||
		fail "twenty packets were not due: $(cat "$tmp/labels")"
	early_comes_first || fail "final labels before provisional ones: $(cat "$tmp/labels")"
	labelled 'proto=UDP sent=20/1150 rcvd=20/1150' || fail "wrong counts: $(cat "$tmp/labels")"
}

# Each provisional line is the only one of its flow, and a final one follows.
early_comes_first() {
	awk '{ flow = $2 $3 $4 }
		/ provisional=yes/ { bad += early[flow]++ || final[flow]; next }
		{ final[flow] = 1 }
		END { for (flow in early) bad += !final[flow]; exit bad > 0 }' "$tmp/labels"
}

# IPv6 fragments come one by one while conntrack sleeps: the first has no place in a flow
# of its own length, the second no ports.
odd_packets() {
	on client python3 - <<-'PY' || fail "cannot send odd packets"
	import socket, struct
	udp = struct.pack('!HHHH', 4000, 4001, 24, 0) + bytes(16)
	s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 44)
	for n, at in enumerate((0, 16)):
	    more = 1 if n == 0 else 0
	    s.sendto(struct.pack('!BBHI', 17, 0, at | more, 7) + udp[at:at + 16],
	             ('2001:db8:113::2', 0))
	# A UDP length of more than the packet has.
	s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
	s.sendto(struct.pack('!HHHH', 4000, 4001, 4000, 0), ('203.0.113.2', 0))
	PY
	on client busybox ping -c 3 203.0.113.2 >/dev/null || fail "ping"
}

counted_by_reason() {
	odd_packets
	counters
	[ "$(counter not-tcp-udp)" -ge 6 ] || fail "ICMP was not counted"
	[ "$(counter fragment)" -eq 1 ] || fail "$(counter fragment) fragments were counted"
	[ "$(counter bad-length)" -eq 1 ] || fail "$(counter bad-length) bad lengths were counted"
	every_packet_answered
}

# queued: what the rules have passed to the queue.
rules_count() {
	queued=$(for family in iptables-save ip6tables-save; do
		on gateway $family -c -t mangle
	done | sed -n 's/^\[\([0-9]*\):.* NFQUEUE .*/\1/p' |
		awk '{ sum += $1 } END { print sum + 0 }')
}

nothing_is_left_out() {
	rules_count
	[ "$queued" -eq "$(counter packets)" ] ||
		fail "$queued packets met the rules, $(counter packets) were read"
}

# The burst is open when the end comes.
term_flushes() {
	lines=$(wc -l <"$tmp/labels")
	ask 203.0.113.2 33 || fail "datagrams got lost"
	daemon_stop
	labelled 'proto=UDP sent=33/[0-9]+ rcvd=33/' || fail "the open burst was not labelled"
	[ "$(wc -l <"$tmp/labels")" -gt "$lines" ] || fail "no line was added"
	says_more 'total packets=' 1 || fail "no counters at the end"
	every_packet_answered
	ask 203.0.113.2 5 || fail "without the daemon nothing passes"
}

# in_real_time N: so many threads of the daemon are; field 41 of stat, behind the name.
in_real_time() {
	sed 's/.*) //' "/proc/$daemon/task/"*/stat | awk -v want="$1" '
		$39 == 1 { n++ }
		END { exit n + 0 != want }'
}

# Only workers take real-time priority, and only where they are told to.
real_time() {
	daemon_ini queue.realtime=yes queue.workers=2
	daemon_start 2
	in_real_time 2 || says_more 'no real-time priority' 0 || fail "not two threads are in real time"
	daemon_stop
	daemon_ini log.format=kv label.early_ms=700
	daemon_start 1
	in_real_time 0 || fail "a thread is in real time"
	daemon_stop
	rm -f "$tmp/labels"
}

real_time
on gateway iptables -t mangle -Z
on gateway ip6tables -t mangle -Z
daemon_start 1
labels_come_by_timer
counted_by_reason
nothing_is_left_out
term_flushes

# Rows of one flow add up to its packets, under titles; labels stand between them.
counters_by_second() {
	daemon_ini log.format=seed log.counters=yes
	rm "$tmp/labels"
	daemon_start 1
	ask 203.0.113.2 40 || fail "datagrams got lost"
	wait_for 5 labelled '^<.*> <UDP> <40> <40> <' || fail "no label"
	daemon_stop
	labelled '^Burst 1:$' || fail "no line of the burst"
	awk '
	/^In one second\.\.\.\.\.$/ { titles++ }
	/^[0-9]+ 192\.168\.12\.2 [0-9]+ 203\.0\.113\.2 7000 UDP / {
		sent += $7; rcvd += $8; bytes += $9 + $10
	}
	END { exit !(titles > 0 && sent == 40 && rcvd == 40 && bytes == 2 * (40 * 48 + 780)) }' \
		"$tmp/labels" || fail "wrong rows: $(cat "$tmp/labels")"
}

counters_by_second
