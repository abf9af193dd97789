#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs alone: times decide.
# shellcheck disable=SC2119,SC2317 # functions that others call, settings that may be none
# nfclass-gateway's trees while they stand: a game has its round trip under a download,
# reload alters rates under way, status counts, and down leaves nothing.
. tests/lib.sh
. tests/lib_shaping.sh
need_root python3 tc
need_daemon
scratch
hosts_up
shaping_ini
host_state "$tmp/before"
gateway up || fail up
label 7004 4
label 7006 6
flows_serve 7000 7004 7006

# Three runs of each, for a busy machine's sake.
game_goes_first() {
	: >"$tmp/idle" && : >"$tmp/busy"
	for _ in 1 2 3; do
		flows rtt "$1" 7006 3 >>"$tmp/idle" || fail "no round trips"
	done
	flows_hold "down@$1@7000" "$tmp/bulk"
	for _ in 1 2 3; do
		flows rtt "$1" 7006 3 >>"$tmp/busy" || fail "no round trips"
	done
	kill "$flow"
	idle=$(sort -n "$tmp/idle" | sed -n 2p) busy=$(sort -n "$tmp/busy" | sed -n 2p)
	echo "round trip: idle $idle us, under a download $busy us"
	[ "$busy" -le $((3 * idle)) ] || fail "the round trip goes from $idle to $busy us"
}

# The download that goes on meanwhile is neither dropped nor left at its old rate.
reload_alters() {
	on gateway tc qdisc show >"$tmp/trees"
	flows rates 20 "down@$SERVER4@7004" >"$tmp/rates" 2>&1 &
	download=$!
	wait_for 60 counted 4 || fail "the download does not begin"
	shaping_ini 'shape.Video=down 10mbit'
	gateway reload >"$tmp/out" 2>&1 || fail "reload: $(cat "$tmp/out")"
	wait "$download" || fail "reload broke the download: $(cat "$tmp/rates")"
	expect "down@$SERVER4@7004" down 9 10.2
	[ "$(on gateway tc class show dev lan classid fc:14 | grep -c 'ceil 10Mbit')" -eq 1 ] ||
		fail "reload left the class: $(on gateway tc class show dev lan)"
	on gateway tc qdisc show | grep ' root ' | grep -v noqueue >"$tmp/roots"
	grep ' root ' "$tmp/trees" | grep -v noqueue | diff - "$tmp/roots" || fail "reload made new trees"
}

# counted VALUE: has a rule seen a packet of this mark?
counted() {
	on gateway iptables-save -c -t mangle |
		grep -qE "^\[[1-9][0-9]+:.*nfclass-down .*--mark 0x${1}000000/"
}

# Shapes that come and go, while the trees stand.
reload_adds_and_removes() {
	shaping_ini 'shape.Banned=down 1mbit'
	gateway reload >"$tmp/out" 2>&1 || fail "reload: $(cat "$tmp/out")"
	on gateway tc class show dev lan | grep -q 'fc:17 ' || fail "no class for a new shape"
	on gateway iptables-save -t mangle | grep -q '0x7000000.*00fc:0017' || fail "no rule for it"
	shaping_ini
	gateway reload >"$tmp/out" 2>&1 || fail "reload: $(cat "$tmp/out")"
	on gateway tc class show dev lan | grep -q 'fc:17 ' && fail "the class of no shape stays"
	on gateway iptables-save -t mangle | grep -q '00fc:0017' && fail "a rule to no class stays"
}

status_counts() {
	flows_hold "down@$SERVER6@7004" "$tmp/video"
	video=$flow
	flows_hold "down@$SERVER4@7000" "$tmp/bulk"
	# status says 1 for a daemon that is not there.
	wait_for 60 status_says '^  Video +4 +1 +[45]\.[0-9]+ Mbit/s ' || fail "an app: $(cat "$tmp/status")"
	wait_for 60 status_says '^  deciding +1 +[0-9]+ +3[0-9]\.[0-9]+ Mbit/s ' ||
		fail "what has no label: $(cat "$tmp/status")"
	wait_for 60 status_says '^  Game +6 +[0-9]+ +0\.0 kbit/s ' || fail "an idle app: $(cat "$tmp/status")"
	kill "$video" "$flow"
}

status_says() {
	gateway status >"$tmp/status" 2>&1
	grep -qE "$1" "$tmp/status"
}

# What this host sends to its own LAN is none of the link's.
own_traffic_is_free() {
	on gateway python3 tests/hosts/flows.py serve 7010 >"$tmp/own" 2>&1 &
	wait_for 60 grep -q ready "$tmp/own" || fail "the gateway's server does not start"
	rates down@192.168.12.1@7010
	expect down@192.168.12.1@7010 down 60 1000000
}

status_counts
game_goes_first $SERVER4
game_goes_first $SERVER6
own_traffic_is_free
reload_alters
reload_adds_and_removes
unlabel
gateway down || fail down
host_same "$tmp/before" down
on gateway cat /proc/net/nf_conntrack | grep ' mark=' | grep -v ' mark=0 ' &&
	fail "marks stay in connections"
exit 0
