#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon sees what a capture shows: traces replayed at their own times through the
# gateway, NAT and the kernel's queue get the burst-flows and labels that `nfclass
# classify` gives the capture taken on the gateway's LAN interface at the same time.
. tests/lib.sh
need_root tcpdump ethtool
need_data cs4516-a
need_daemon
scratch
model=models/cs4516.nfm

# One of each app, all at once, each another client; none has a silence or a burst that
# ends within 50 ms of a limit, so the daemon's own timing decides nothing.
v4_traces='Browser/test6=101 FruitNinja/test14=102 News/test7=103 Weather/test13=104 Youtube/test8=105'
v6_traces='FruitNinja/test27=106 Youtube/test14=107 Browser/test4=108'

# replay OPTIONS TRACE=NUMBER...
replay() {
	options=$1
	shift
	for trace in "$@"; do
		set -- "$@" "$NFCLASS_DATA/cs4516-a/${trace%=*}.pcap=192.168.12.${trace#*=}"
		shift
	done
	# shellcheck disable=SC2086 # options may be none
	"$BUILD/tests/hosts/replay" $options "$net-client/eth0/$LAN_MAC" \
		"$net-server/eth0/$WAN_MAC" "$@" >"$tmp/replay$options" 2>&1
}

capture_start() {
	nsenter --net="/run/netns/$net-gateway" tcpdump -i lan -s 128 -B 65536 -U \
		--immediate-mode -w "$tmp/lan.pcap" \
		'net 198.18.0.0/15 or net 2001:db8:18::/48' 2>"$tmp/tcpdump" &
	capture=$!
	wait_for 10 grep -q listening "$tmp/tcpdump" || fail "tcpdump does not start"
}

capture_stop() {
	kill -TERM "$capture"
	wait "$capture"
	grep -q '^0 packets dropped by kernel' "$tmp/tcpdump" || {
		cat "$tmp/tcpdump"
		fail "tcpdump lost packets: nothing to compare with"
	}
}

# The lines of one run in an order that both sides share: by flow, and of one flow by
# time.  Burst numbers differ where two clients' bursts end at nearly the same time, and
# a capture knows neither mark nor interface.
ordered() {
	grep -E ' server=(198\.1[89]\.|\[2001:db8:18:)' | sed 's/ mark=.* out=[^ ]*//; s/burst=[0-9]* //' |
		awk '{ print $1, $2, $3, ++n[$1 $2 $3], $0 }' | sort -k1,1 -k2,2 -k3,3 -k4,4n | cut -d ' ' -f 5-
}

# All but the confidence is the same; that is to .02, since the two clocks differ by
# microseconds.
compare() {
	paste -d '|' "$tmp/expected" "$tmp/seen" | awk -F '|' '
	function confidence(line) {
		match(line, /confidence=[0-9.]+/)
		return substr(line, RSTART + 11, RLENGTH - 11)
	}
	{
		a = $1; b = $2
		d = confidence(a) - confidence(b)
		gsub(/confidence=[0-9.]+/, "", a)
		gsub(/confidence=[0-9.]+/, "", b)
		if (a != b || d > 0.02 || d < -0.02) {
			print "capture: " $1
			print "daemon:  " $2
			bad++
		}
		n++
	}
	END {
		print n " burst-flows, " bad + 0 " differ"
		exit n == 0 || bad > 0
	}'
}

# round OFFLOADS: superpackets on the way, or none.
round() {
	echo "offloads $1"
	rm -f "$tmp/labels"
	for end in 'client eth0' 'server eth0' 'gateway lan' 'gateway wan'; do
		# shellcheck disable=SC2086 # host and interface
		offloads $end "$1"
	done
	daemon_start 1
	capture_start
	# shellcheck disable=SC2086 # lists
	{
		replay '' $v4_traces &
		replay_v4=$!
		replay -6 $v6_traces || fail "$(cat "$tmp/replay-6")"
		wait $replay_v4 || fail "$(cat "$tmp/replay")"
	}
	cat "$tmp/replay" "$tmp/replay-6"
	capture_stop
	lost=$(($(queue_column 6) + $(queue_column 7)))
	[ $lost -eq 0 ] || fail "the queue lost $lost packets"
	daemon_stop
	"$BUILD/nfclass" classify -m $model --format kv "$tmp/lan.pcap" | ordered >"$tmp/expected"
	ordered <"$tmp/labels" >"$tmp/seen"
	superpackets "$1"
	compare || fail "offloads $1: the daemon does not see what the capture shows"
}

# Was the capture what this round is about?
superpackets() {
	count=$(tcpdump -nr "$tmp/lan.pcap" 'ip[2:2] > 1500 or ip6[4:2] > 1460' 2>/dev/null | wc -l)
	echo "$count superpackets"
	case $1 in
	on) [ "$count" -gt 100 ] || fail "offloads on, and no superpackets" ;;
	off) [ "$count" -eq 0 ] || fail "offloads off, and superpackets" ;;
	esac
}

hosts_up
gateway_ini model.path="$PWD/$model" log.file="$tmp/labels" log.format=kv >"$tmp/nfclass.ini"
gateway up || fail "up"
round on
round off
gateway down || fail "down"
