#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs alone: times decide.
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
# ends within 50 ms of a limit, so the daemon's own timing decides nothing, and none has
# packets that conntrack calls invalid, which go to the first of several workers.  The
# cluster match sends .107 and others to different workers.
v4_traces='Browser/test6=101 FruitNinja/test14=107 News/test47=103 Weather/test13=104 Youtube/test8=105'
v6_traces='FruitNinja/test27=106 Youtube/test14=102 Browser/test4=108'

# replay OPTIONS TRACE=NUMBER...
replay() {
	options=$1
	shift
	for trace in "$@"; do
		set -- "$@" "$NFCLASS_DATA/cs4516-a/${trace%=*}.pcap=192.168.12.${trace#*=}"
		shift
	done
	# shellcheck disable=SC2086 # options are words
	"$BUILD/tests/hosts/replay" $options "$net-client/eth0/$LAN_MAC" \
		"$net-server/eth0/$WAN_MAC" "$@"
}

# capture_start NAME TCPDUMP-OPTIONS: datagrams to port 7 tell when all before has passed.
capture_start() {
	name=$1
	shift
	nsenter --net="/run/netns/$net-gateway" tcpdump "$@" -s 128 -B 65536 -U \
		--immediate-mode -w "$tmp/$name.pcap" \
		'net 198.18.0.0/15 or net 2001:db8:18::/48 or udp port 7' 2>"$tmp/$name.log" &
	wait_for 10 grep -q listening "$tmp/$name.log" || fail "tcpdump does not start"
	eval "capture_$name=$!"
}

# capture_stop NAME PROCESS
capture_stop() {
	wait_for 10 sh -c "tcpdump -nr $tmp/$1.pcap -c 1 'udp src port 7' 2>&1 | grep -q UDP" ||
		fail "the capture does not end"
	kill -TERM "$2"
	wait "$2"
	grep -q '^0 packets dropped by kernel' "$tmp/$1.log" || {
		cat "$tmp/$1.log"
		fail "tcpdump lost packets: nothing to compare with"
	}
}

# The lines of one run, provisional ones among them, in an order that both sides share:
# by flow, and of one flow by time.  Burst numbers differ where two clients' bursts end at nearly the same time, and
# a capture knows neither mark nor interface.
ordered() {
	grep -E ' server=(198\.1[89]\.|\[2001:db8:18:)' |
		sed 's/ mark=.* out=[^ ]*//; s/burst=[0-9]* //' |
		awk '{ print $1, $2, $3, ++n[$1 $2 $3], $0 }' |
		sort -k1,1 -k2,2 -k3,3 -k4,4n | cut -d ' ' -f 5-
}

# Which packets came before a provisional label depends on where one looks: only on both
# interfaces at once is it what the daemon saw.
final() {
	grep -v ' provisional=yes'
}

expected() {
	"$BUILD/nfclass" classify -m $model --format kv --early "$1" | ordered >"$tmp/expected"
}

# compare FIELDS TOLERANCE: fields that must be the same, and by how much confidences may
# differ.
compare() {
	paste -d '|' "$tmp/expected" "$tmp/seen" | awk -F '|' -v fields="$1" -v tolerance="$2" '
	function start(line) {
		match(line, fields)
		return substr(line, RSTART, RLENGTH)
	}
	function label(line) {
		match(line, /label=[^ ]*/)
		return substr(line, RSTART, RLENGTH)
	}
	function confidence(line) {
		match(line, /confidence=[0-9.]+/)
		return substr(line, RSTART + 11, RLENGTH - 11)
	}
	{
		d = confidence($1) - confidence($2)
		if (d < 0)
			d = -d
		if (d > most)
			most = d
		if ($1 ~ / label=/ && label($1) != label($2))
			labels++
		if (start($1) == "" || start($1) != start($2) || d > tolerance) {
			print "capture: " $1
			print "daemon:  " $2
			bad++
		}
		n++
	}
	END {
		printf "%d burst-flows, %d differ; %d labels differ, confidences by %.3f at most\n",
			n, bad, labels, most
		exit n == 0 || bad > 0
	}'
}

# What came in on both sides has the times that the queue gives the daemon, so all of it is
# the same.  The LAN's interface shows answers as late as the queue lets them go: times that
# move by that much change no packet's burst, but confidences, and labels near a threshold,
# which are counted.
compare_both() {
	final <"$tmp/labels" | ordered >"$tmp/seen"
	expected "$tmp/lan.pcap"
	final <"$tmp/expected" >"$tmp/final" && mv "$tmp/final" "$tmp/expected"
	echo "against the LAN interface"
	compare '^.* rcvd=[^ ]*' 1 || fail "the daemon does not see what the LAN shows"
	"$BUILD/tests/hosts/unnat" "$tmp/map" "$tmp/any.pcap" "$tmp/both.pcap" || fail unnat
	ordered <"$tmp/labels" >"$tmp/seen"
	grep -q ' provisional=yes' "$tmp/seen" || fail "no provisional label"
	expected "$tmp/both.pcap"
	echo "against both interfaces, incoming"
	compare '^.* label=[^ ]*' .01 || fail "the daemon does not say what the capture says"
}

# queues_used COUNT: all of them saw packets.
queues_used() {
	# shellcheck disable=SC2016 # $8 is awk's
	used=$(on gateway awk '$8 > 0' /proc/net/netfilter/nfnetlink_queue | wc -l)
	[ "$used" -eq "$1" ] || fail "$used of $1 queues saw packets"
}

# round OFFLOADS WORKERS: superpackets on the way, or none; one queue, or several.
round() {
	echo "offloads $1, $2 workers"
	rm -f "$tmp/labels"
	gateway_ini queue.workers="$2" model.path="$PWD/$model" log.file="$tmp/labels" \
		log.format=kv >"$tmp/nfclass.ini"
	gateway up || fail "up"
	for end in 'client eth0' 'server eth0' 'gateway lan' 'gateway wan'; do
		# shellcheck disable=SC2086 # host and interface
		offloads $end "$1"
	done
	daemon_start "$2"
	capture_start lan -i lan
	capture_start any -i any -Q in
	# shellcheck disable=SC2086 # lists
	replay "-m $tmp/map" $v4_traces >"$tmp/replay" 2>&1 &
	replay_v4=$!
	# shellcheck disable=SC2086 # lists
	replay -6 $v6_traces || fail "replay over IPv6"
	wait $replay_v4 || fail "replay over IPv4: $(cat "$tmp/replay")"
	cat "$tmp/replay"
	on client "$BUILD/tests/hosts/traffic" ask 203.0.113.2 7 1 || fail "no answer after it all"
	# shellcheck disable=SC2154 # set by capture_start
	capture_stop lan "$capture_lan"
	# shellcheck disable=SC2154 # set by capture_start
	capture_stop any "$capture_any"
	lost=$(($(queue_column 6) + $(queue_column 7)))
	[ $lost -eq 0 ] || fail "the queue lost $lost packets"
	queues_used "$2"
	daemon_stop
	superpackets "$1"
	compare_both
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
on server "$BUILD/tests/hosts/traffic" serve 7 >"$tmp/serve" 2>&1 &
wait_for 5 grep -q ready "$tmp/serve" || fail "the server does not start"
round on 1
round off 2
gateway down || fail "down"
