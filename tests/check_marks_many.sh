#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Ten thousand connections labelled in some seconds: each gets its mark, and nobody else's
# bit is lost.  More come at once than may wait for packets.
. tests/lib.sh
. tests/lib_daemon.sh
. tests/lib_marks.sh
marks_gateway
[ "$(cat /proc/sys/net/netfilter/nf_conntrack_max)" -ge 20000 ] ||
	skip "nf_conntrack_max is below 20000"
on gateway iptables -t nat -A POSTROUTING -o wan -j MASQUERADE
server_on server 7000
marks_ini log.syslog=no
daemon_start 1

# Every tenth is TCP, every second of the others IPv6, and each from a port of its own.
ten_thousand() {
	on client python3 - <<-'PY' || fail "not all connections were made"
	import socket
	for i in range(10000):
	    family, address = ((socket.AF_INET, '203.0.113.2'), (socket.AF_INET6, '2001:db8:113::2'))[i % 2]
	    if i % 10 == 0:
	        with socket.create_connection((address, 7000), 10, ('', 10000 + i)) as s:
	            s.send(b'20\n')
	            while s.recv(64):
	                pass
	        continue
	    with socket.socket(family, socket.SOCK_DGRAM) as s:
	        s.settimeout(10)
	        s.bind(('', 10000 + i))
	        s.connect((address, 7000))
	        s.send(bytes(40 + i % 50))
	        s.recv(1000)
	PY
}

# count_marked: how many connections to the server have an app's mark.
count_marked() {
	on gateway cat /proc/net/nf_conntrack | grep ' dport=7000 ' |
		sed 's/.* mark=\([0-9]*\) .*/\1/' |
		awk '{ v = int($1 / 16777216) % 16 } v == 4 || v == 5 { n++ } END { print n + 0 }'
}

# unmarked: some of the others.
unmarked() {
	on gateway cat /proc/net/nf_conntrack | grep ' dport=7000 ' | grep ' mark=16777482 ' | head -n 3
}

all_marked() {
	[ "$(count_marked)" -ge 10000 ]
}

ten_thousand
wait_for 30 all_marked || {
	counters
	fail "$(count_marked) have a mark: $(grep ' marks ' "$tmp/daemon.log"), without: $(unmarked)"
}
others_survive
daemon_stop
every_packet_answered
[ "$(mark_counter labels)" -ge 10000 ] || fail "$(mark_counter labels) labels"
[ "$(mark_counter failed)" -eq 0 ] || fail "$(mark_counter failed) marks failed"
