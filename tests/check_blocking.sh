#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs alone: times decide.
# shellcheck disable=SC2119,SC2317 # functions that others call, settings that may be none
# nfclass-gateway blocks by connection marks: within a second both ends of a connection know
# that it has ended, new ones fail at once, and everybody else's, name service and the gateway's
# own addresses go on.
. tests/lib.sh
. tests/lib_shaping.sh
need_root python3
need_daemon
scratch
hosts_up
shaping_ini dhcp_range=192.168.12.50-192.168.12.99
gateway up || fail up
# An owner's rule that lets established connections pass is no way around.
for family in iptables ip6tables; do
	on gateway $family -I FORWARD 2 -m conntrack --ctstate ESTABLISHED -j ACCEPT
done
flows_serve 7000 7001 53 853

# ended FILE PORT: the time at which this end heard of it, when it did.
ended() {
	awk -v port="$2" '$1 == "ended" && (port == "" || $2 == port) { print $NF }' "$1" | tail -n 1
}

# within_second FILE PORT WHO: not before it was marked, nor more than a second after.
within_second() {
	wait_for 30 has_ended "$1" "$2" || fail "$3 does not hear that it is blocked"
	between "$marking" "$(ended "$1" "$2")" "$(awk -v from="$marked" 'BEGIN { printf "%.3f", from + 1 }')" ||
		fail "$3: marked from $marking to $marked, and ended at $(ended "$1" "$2")"
}

has_ended() {
	[ -n "$(ended "$1" "$2")" ]
}

# blocked_ends WAY ADDRESS: beside one of each kind that must go on.
blocked_ends() {
	: >"$tmp/served"
	others=
	for port in 7000 53 853; do
		flows_hold "down@$2@$port" "$tmp/held-$port"
		others="$others $flow"
	done
	flows_hold "$1@$2@7001" "$tmp/blocked"
	for port in 53 853; do
		label $port $BLOCKED
	done
	marking=$(date +%s.%N)
	label 7001 $BLOCKED
	marked=$(date +%s.%N)
	within_second "$tmp/blocked" "" "the client, $1, $2,"
	within_second "$tmp/served" 7001 "the server, $1, $2,"
	flows hold "echo@$2@7001" >"$tmp/again" 2>&1 && fail "a blocked app connects"
	grep -q ConnectionRefusedError "$tmp/again" || fail "no reset: $(cat "$tmp/again")"
	for port in 7000 53 853; do
		! has_ended "$tmp/held-$port" "" || fail "port $port was blocked as well"
	done
	# shellcheck disable=SC2086 # a list of processes
	kill $others
	unlabel
}

# Datagrams get no answer.
datagrams_stop() {
	on server "$BUILD/tests/hosts/traffic" serve 7002 >"$tmp/udp" 2>&1 &
	wait_for 60 grep -q ready "$tmp/udp" || fail "no server"
	on client "$BUILD/tests/hosts/traffic" ask $SERVER4 7002 5 || fail "datagrams got lost"
	on gateway iptables -t mangle -A PREROUTING -p udp --dport 7002 -j CONNMARK \
		--set-xmark 0x0f000000/0x0f000000
	on client "$BUILD/tests/hosts/traffic" ask $SERVER4 7002 1 >/dev/null 2>&1 &&
		fail "a blocked datagram was answered"
	unlabel
}

# Whatever marks it has, what is for the gateway itself is not forwarded.
gateway_answers() {
	on gateway python3 tests/hosts/flows.py serve 7001 >"$tmp/own" 2>&1 &
	wait_for 60 grep -q ready "$tmp/own" || fail "the gateway's server does not start"
	label 7001 $BLOCKED
	for address in 192.168.12.1 fd00:12::1; do
		flows rtt $address 7001 1 >/dev/null || fail "the gateway's own address was blocked"
	done
	on client busybox udhcpc -nqf -i eth0 -t 5 -T 1 -s /bin/true >"$tmp/lease" 2>&1 ||
		fail "no lease: $(cat "$tmp/lease")"
	unlabel
}

blocked_ends down $SERVER4
blocked_ends up $SERVER4
blocked_ends both $SERVER6
datagrams_stop
gateway_answers
gateway status >"$tmp/status"
grep -qE '^  blocked +15 .* [1-9][0-9]*$' "$tmp/status" || fail "nothing was dropped: $(cat "$tmp/status")"
