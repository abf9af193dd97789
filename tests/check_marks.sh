#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016
# Labels become marks of connections: carried by packets or set through ctnetlink, whatever
# NAT does, for TCP and UDP, IPv4 and IPv6, and without a bit of anybody else's.
. tests/lib.sh
. tests/lib_daemon.sh
. tests/lib_marks.sh
marks_gateway
for port in 7000 7001 7002; do
	server_on server $port
	server_on client $port
done

# Networks are translated in both directions, and what clients send to the gateway's own
# address comes back to one of them from it.
nat_rules() {
	on gateway sh -ec '
		iptables -t nat -A POSTROUTING -o wan -j MASQUERADE
		ip6tables -t nat -A POSTROUTING -o wan -j MASQUERADE
		for proto in tcp udp; do
			iptables -t nat -A PREROUTING -d 203.0.113.1 -p $proto --dport 8000:8009 \
				-j DNAT --to-destination 192.168.12.2:7001
			ip6tables -t nat -A PREROUTING -d 2001:db8:113::1 -p $proto --dport 8000:8009 \
				-j DNAT --to-destination "[fd00:12::2]:7001"
		done
		iptables -t nat -A POSTROUTING -s 192.168.12.0/24 -o lan -j MASQUERADE
		ip6tables -t nat -A POSTROUTING -s fd00:12::/64 -o lan -j MASQUERADE'
}

# speak HOST ADDRESS PORT: thin UDP that goes on for several bursts, then fat TCP that ends.
speak() {
	talk "$1" "$2" "$3" 0 60:60:0.05
	on "$1" "$BUILD/tests/hosts/traffic" get "$2" "$3" 60000 || fail "no download"
}

speak_meanwhile() {
	speak "$@" >"$tmp/spoken-$1-$2-$3" 2>&1 &
	speakers="$speakers $!"
}

# speak_all BASE: routes of all kinds, in both families, to ports that tell them apart.
speak_all() {
	speakers=
	speak_meanwhile client 203.0.113.2 7000
	speak_meanwhile client 2001:db8:113::2 7000
	speak_meanwhile server 203.0.113.1 "800$1"
	speak_meanwhile server 2001:db8:113::1 "800$1"
	speak_meanwhile client 203.0.113.1 "800$(($1 + 1))"
	speak_meanwhile client 2001:db8:113::1 "800$(($1 + 1))"
	for speaker in $speakers; do
		wait "$speaker" || fail "$(cat "$tmp/spoken-"*)"
	done
}

marks_are_right() {
	for family in 4 6; do
		expect_marks "$1, SNAT" $family udp 7000 4
		expect_marks "$1, SNAT" $family tcp 7000 5
		expect_marks "$1, DNAT" $family udp "800$2" 4
		expect_marks "$1, DNAT" $family tcp "800$2" 5
		expect_marks "$1, hairpin" $family udp "800$(($2 + 1))" 4
		expect_marks "$1, hairpin" $family tcp "800$(($2 + 1))" 5
	done
	others_survive
}

# Each long flow's mark travels with a packet, each short one's needs ctnetlink.
by_verdict() {
	speak_all 0
	marks_are_right verdict 0
	wait_for 5 labelled 'proto=UDP .* label=thin .* mark=0x4000000 ' || fail "no mark in the label"
	wait_for 5 labelled 'proto=TCP .* label=fat .* mark=0x5000000 ' || fail "no mark in the label"
	wait_for 10 no_mark_waits || fail "marks wait: $(grep ' marks ' "$tmp/daemon.log" | tail -n 1)"
	every_packet_answered
	grep ' marks ' "$tmp/daemon.log"
	[ "$(mark_counter carried)" -ge 6 ] || fail "marks travelled $(mark_counter carried) times"
	[ "$(mark_counter set)" -ge 6 ] || fail "marks were set $(mark_counter set) times"
	[ "$(mark_counter failed)" -eq 0 ] || fail "marks failed $(mark_counter failed) times"
}

# Nothing but the daemon's own messages, for no rule saves what packets carry.
by_ctnetlink() {
	for family in iptables ip6tables; do
		on gateway $family -t mangle -F POSTROUTING
	done
	marks_ini mark.save=ctnetlink
	daemon_start 1
	speak_all 4
	marks_are_right ctnetlink 4
	daemon_stop
	[ "$(mark_counter carried)" -eq 0 ] || fail "packets carried marks"
}

# Two sizes in turns, burst after burst, are no reason to change; two of the new are.  What a
# burst says before it ends (burst=0) does not count beside what it says in the end.
no_flapping() {
	: >"$tmp/labels"
	talk client 203.0.113.2 7002 5002 \
		10:60:0 1:60:1.3 10:1100:0 1:1100:1.3 10:60:0 1:60:1.3 10:1100:0 1:1100:1.3
	wait_for 10 flapped || fail "labels do not change: $(cat "$tmp/labels")"
	[ "$(grep -c '^burst=[1-9].* label=fat .* mark=0x4000000 ' "$tmp/labels")" -eq 2 ] ||
		fail "a single burst changed the mark: $(cat "$tmp/labels")"
	expect_marks "flapping" 4 udp 7002 4
	talk client 203.0.113.2 7002 5002 10:1100:0 1:1100:1.3
	expect_marks "two of the new" 4 udp 7002 5
}

flapped() {
	[ "$(grep -c '^burst=[1-9].*:5002 ' "$tmp/labels")" -ge 4 ]
}


nat_rules || fail "cannot make NAT rules"
marks_ini
daemon_start 1
by_verdict
no_flapping
daemon_stop
by_ctnetlink
