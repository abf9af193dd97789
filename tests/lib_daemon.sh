# shellcheck shell=sh disable=SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of nfclassd share, on top of lib.sh.

# model_make FILE GAP MAX: a forest of invented apps, in seconds.
model_make() {
	for model_app in chat game; do
		mkdir -p "$tmp/set/$model_app"
		for model_seed in 1 2 3; do
			"$BUILD/tests/gen_traffic" $model_app $model_seed 20 |
				"$BUILD/tests/gen_capture" >"$tmp/set/$model_app/$model_seed.pcap" ||
				fail "cannot make a capture"
		done
	done
	"$BUILD/nfclass" train -o "$1" --trees 10 --gap "$2" --max "$3" "$tmp/set" \
		>"$tmp/train" 2>&1 || fail "cannot train: $(cat "$tmp/train")"
}

# A gateway without the script: forwarding, and the rules for so many queues.
gateway_by_hand() {
	on gateway sh -ec '
		ip addr add 192.168.12.1/24 dev lan
		ip addr add fd00:12::1/64 dev lan nodad
		echo 1 >/proc/sys/net/ipv4/ip_forward
		echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
	# Answers to the other addresses are dropped by the client.
	on client ip -6 route change default via fd00:12::1 src fd00:12::2
	for family in iptables ip6tables; do
		queue_rules "$1" || fail "cannot make rules"
	done
}

queue_rules() {
	if [ "$1" -eq 1 ]; then
		on gateway $family -t mangle -A FORWARD -j NFQUEUE --queue-num 0 --queue-bypass
		return
	fi
	for node in $(seq "$1"); do
		on gateway $family -t mangle -A FORWARD -m cluster --cluster-total-nodes "$1" \
			--cluster-local-node "$node" --cluster-hash-seed 0xfeed \
			-j NFQUEUE --queue-num $((node - 1)) --queue-bypass || return 1
	done
}

# daemon_ini KEY=VALUE...
daemon_ini() {
	gateway_ini model.path="$tmp/model" log.syslog=no log.file="$tmp/labels" "$@" \
		>"$tmp/nfclass.ini"
}

server_start() {
	on server "$BUILD/tests/hosts/traffic" serve 7000 >"$tmp/serve" 2>&1 &
	wait_for 5 grep -q ready "$tmp/serve" || fail "the server does not start"
	for address in 203.0.113.2 2001:db8:113::2; do
		wait_for 5 ask $address 1 || fail "no way to $address"
	done
}

ask() {
	on client "$BUILD/tests/hosts/traffic" ask "$1" 7000 "$2" >"$tmp/asked" 2>&1
}

get() {
	on client "$BUILD/tests/hosts/traffic" get "$1" 7000 "$2" >"$tmp/got" 2>&1
}

# said PATTERN: so often has the daemon said this.
said() {
	grep -cE "$1" "$tmp/daemon.log"
}

# says_more PATTERN COUNT: more often than so often?
says_more() {
	[ "$(said "$1")" -gt "$2" ]
}

# labelled PATTERN: a burst that ended has such a line.
labelled() {
	grep -v ' provisional=yes' "$tmp/labels" | grep -qE "$1"
}

# labelled_early PATTERN: a burst-flow got such a line before that.
labelled_early() {
	grep ' provisional=yes' "$tmp/labels" | grep -qE "$1"
}

# counters: as they are now.
counters() {
	counters_before=$(said 'total bytes=')
	kill -USR1 "$daemon"
	wait_for 5 says_more 'total bytes=' "$counters_before" || fail "no counters on SIGUSR1"
}

# counter NAME: the last total told.
counter() {
	grep -E '(^| )total ' "$tmp/daemon.log" | grep -oE " $1=[0-9]+" | tail -n 1 | sed 's/.*=//'
}

# every_packet_answered: as many verdicts as packets queued, and nothing lost.  `full` says
# that a queue may have been full, which a long download makes it say as well:
# may_be_full=yes allows for it.
every_packet_answered() {
	for zero in missed verdict_errors bad_messages overruns queue_dropped user_dropped \
		labels_dropped waiting; do
		[ "$(counter $zero)" -eq 0 ] || fail "$zero is $(counter $zero)"
	done
	[ "${may_be_full:-}" ] || [ "$(counter full)" -eq 0 ] || fail "full is $(counter full)"
	[ "$(counter packets)/$(counter queued)" = "$(counter verdicts)/$(counter verdicts)" ] ||
		fail "packets $(counter packets), verdicts $(counter verdicts), queued $(counter queued)"
}
