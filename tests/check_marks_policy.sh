#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Rules of [policy] on real connections: devices by address and by network card, hours by a
# clock that is set, blocked lines in the log, and what a reload changes.
. tests/lib.sh
. tests/lib_daemon.sh
. tests/lib_marks.sh
marks_gateway
server_on server 7000

# thin_talk ADDRESS OWN_PORT [PAUSE]: a burst of small datagrams
thin_talk() {
	talk client "$1" 7000 "$2" "10:60:0" "1:60:${3:-1.3}"
}

reload() {
	reloads=$(said reloaded:)
	kill -HUP "$daemon"
	wait_for 5 says_more reloaded: "$reloads" ||
		fail "not reloaded: $(tail -n 1 "$tmp/daemon.log")"
}

# port_mark PORT: the value in the mark of the connection from this port of the client's.
port_mark() {
	on gateway cat /proc/net/nf_conntrack | grep " sport=$1 dport=7000 " |
		sed 's/.* mark=\([0-9]*\) .*/\1/' | awk '{ print int($1 / 16777216) % 16 }'
}

port_has() {
	[ "$(port_mark "$1")" = "$2" ]
}

expect_port() {
	wait_for 20 port_has "$2" "$3" ||
		fail "$1: the mark is '$(port_mark "$2")', not '$3': $(cat "$tmp/labels" "$tmp/daemon.log")"
}

# The client's card is known in both families, and another one is not the client's.
by_card() {
	marks_ini devices.tablet="$CLIENT_MAC" devices.phone=02:00:00:00:12:99 \
		policy.a="app thin device phone mark 8" policy.b="app thin device tablet mark 9"
	daemon_start 1
	thin_talk 203.0.113.2 5001
	thin_talk 2001:db8:113::2 5002
	expect_port "IPv4 card" 5001 9
	expect_port "IPv6 card" 5002 9
	wait_for 5 labelled ':5001 .* mark=0x9000000 ' || fail "no mark in the label"
}

# What a reload decides holds for connections that are open, and a bad one changes nothing.
by_reload() {
	marks_ini devices.tablet=192.168.12.2 policy.b="app thin device tablet mark 10"
	reload
	expect_port "reload" 5001 10
	expect_port "reload, another address" 5002 4
	marks_ini policy.b="app thin shape nothing"
	refusals=$(said 'old settings stay')
	kill -HUP "$daemon"
	wait_for 5 says_more 'old settings stay' "$refusals" || fail "no refusal"
	expect_port "bad reload" 5001 10
	marks_ini mark.mask=0x000f0000 mark.thin=6
	reload
	wait_for 5 port_has_raw 5001 0x60000 || fail "a new mask leaves $(port_raw 5001)"
	marks_ini mark.enabled=no
	reload
	wait_for 5 port_has_raw 5001 0 || fail "marks stay when they are off: $(port_raw 5001)"
}

# A mark is decided anew while an earlier one still waits for a packet, or is on its way
# back: the later decision stands.
by_a_quick_reload() {
	marks_ini
	reload
	for value in 6 7 8; do
		marks_ini policy.a="app any mark $value"
		lines=$(wc -l <"$tmp/labels")
		thin_talk 203.0.113.2 500$value 0.01 &
		talking=$!
		wait_for 20 more_labels "$lines" || fail "no label"
		kill -HUP "$daemon"
		wait $talking || fail "datagrams got lost"
		expect_port "quick reload" 500$value $value
	done
	wait_for 10 no_mark_waits || fail "marks wait: $(grep " marks " "$tmp/daemon.log" | tail -n 1)"
	for value in 6 7 8; do
		port_has 500$value 8 || fail "the mark of $value is $(port_mark 500$value) and not 8"
	done
}

more_labels() {
	[ "$(wc -l <"$tmp/labels")" -gt "$1" ]
}

# port_raw PORT: the mark without the other user's bits.
port_raw() {
	on gateway cat /proc/net/nf_conntrack | grep " sport=$1 dport=7000 " |
		sed 's/.* mark=\([0-9]*\) .*/\1/' | awk -v others=$((OTHERS)) '{ print $1 - others }'
}

port_has_raw() {
	[ "$(port_raw "$1")" = $(($2)) ]
}

# A time zone in which it is some seconds before eight in the evening.
evening() {
	# POSIX: what is added to local time makes UTC, at most 24 hours.
	now=$(($(date -u +%s) % 86400))
	offset=$((now - (20 * 3600 - $1)))
	sign=
	[ "$offset" -ge 0 ] || { sign=- && offset=$((-offset)); }
	TZ=$(printf 'XYZ%s%02d:%02d:%02d' "$sign" $((offset / 3600)) $((offset / 60 % 60)) $((offset % 60)))
	export TZ
}

# The rule begins to hold while the connection is open.
by_the_clock() {
	marks_ini policy.late="app thin hours 20:00-23:00 block" \
		policy.rest="app fat hours 00:00-20:00 block" log.format=kv
	evening 16
	daemon_start 1
	unset TZ
	thin_talk 203.0.113.2 5003
	expect_port "before eight" 5003 4
	wait_for 5 labelled ':5003 .*label=thin .* mark=0x4000000 ' || fail "blocked before its time"
	expect_port "after eight" 5003 15
	thin_talk 203.0.113.2 5003
	wait_for 5 labelled ':5003 .*label=thin .* mark=0xf000000 .* BLOCKED$' ||
		fail "no blocked line: $(cat "$tmp/labels")"
	talk client 203.0.113.2 7000 5004 10:1100:0
	wait_for 5 labelled ':5004 .*label=fat .* mark=0x5000000 ' ||
		fail "blocked after its time: $(cat "$tmp/labels")"
	counters
	every_packet_answered
	daemon_stop
}

# A blocked connection may have no packet that comes through to save its mark.
blocked_at_once() {
	on gateway iptables -t mangle -F POSTROUTING
	marks_ini policy.a="app thin block" log.format=json log.file="$tmp/labels.json"
	daemon_start 1
	thin_talk 203.0.113.2 5005 0.05
	expect_port "blocked" 5005 15
	wait_for 5 grep -q '"client_port":5005,.*"mark":251658240,.*"blocked":true}$' "$tmp/labels.json" ||
		fail "no blocked line: $(cat "$tmp/labels.json")"
	daemon_stop
}

by_card
by_a_quick_reload
by_reload
daemon_stop
by_the_clock
blocked_at_once
others_survive
