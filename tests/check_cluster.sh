#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The gateway script's rules for several workers: all connections of a client, over TCP and
# UDP, in both families and both directions, come to one worker, and every worker gets some.
. tests/lib.sh
. tests/lib_daemon.sh
need_root awk
need_daemon
scratch
workers=4
hosts_up
model_make "$tmp/model" 1 10
daemon_ini queue.workers=$workers
gateway up >"$tmp/up" 2>&1 || fail "up: $(cat "$tmp/up")"
at_end() {
	gateway down >/dev/null 2>&1
}
on client ip -6 route change default via fd00:12::1 src fd00:12::2
server_start
daemon_start $workers

# Two downloads and two series of datagrams by each of 16 clients; 192.168.12.(200 + n) and
# fd00:12::2xx are two clients, which may well have different workers.
speak() {
	for _ in 1 2; do
		get "$1" 30000 || fail "download from $1: $(cat "$tmp/got")"
		ask "$1" 3 || fail "datagrams to $1 got lost"
	done
}

for i in $(seq 200 215); do
	on client ip addr add "192.168.12.$i/24" dev eth0
	on client ip route replace 203.0.113.2 via 192.168.12.1 src "192.168.12.$i"
	speak 203.0.113.2
	on client ip addr add "fd00:12::$i/64" dev eth0 nodad
	on client ip -6 route replace 2001:db8:113::2 via fd00:12::1 src "fd00:12::$i"
	speak 2001:db8:113::2
done

# Bursts of worker n of N have the numbers n, n + N, n + 2N and so on.
daemon_stop
grep -v provisional=yes "$tmp/labels" | awk -v workers=$workers '
function value(key, i) {
	for (i = 1; i <= NF; i++)
		if (index($i, key "=") == 1)
			return substr($i, length(key) + 2)
}
{
	client = value("client")
	sub(/:[0-9]+$/, "", client)
	if (client !~ /192\.168\.12\.2[01][0-9]|fd00:12::2[01][0-9]/)
		next
	worker = (value("burst") - 1) % workers
	split(value("sent"), sent, "/")
	split(value("rcvd"), rcvd, "/")
	if (sent[1] == 0 || rcvd[1] == 0)
		bad("one direction only: " $0)
	if (client in of && of[client] != worker)
		bad("two workers: " $0)
	of[client] = worker
	flows[client]++
	if (value("proto") == "TCP")
		tcp[client]++
	has[worker] = 1
}
function bad(what) {
	print what
	failed = 1
}
END {
	for (client in flows) {
		clients++
		if (flows[client] < 4 || tcp[client] < 2)
			bad(client ": " flows[client] " flows, of them TCP: " tcp[client])
	}
	for (worker in has)
		busy++
	if (clients != 32 || busy != workers)
		bad(clients " clients, " busy " workers with something to do")
	exit failed
}' || fail "clients are not kept together"
