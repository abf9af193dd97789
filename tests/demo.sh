#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job, to watch: `sudo sh tests/demo.sh` installs what is missing, builds, and
# makes three hosts in network namespaces: a client, a gateway with nfclassd on its queue,
# and a server.  Traffic passes, labels come.  Nothing is left behind.
#
#   --built  install and build nothing (`make demo`)
set -u
cd "$(dirname "$0")/.." || exit 1
[ "$(id -u)" -eq 0 ] || { echo "network namespaces need root: sudo sh tests/demo.sh" && exit 1; }
if [ "${1-}" != --built ]; then
	. tests/setup.sh
	setup build run
	echo "building"
	make -s -j"$(nproc)" all hosts || exit 1
fi
. tests/lib.sh

title() {
	printf '\n== %s\n' "$*"
}

# One recorded trace of each app where there are some, each as another client; else a
# capture of our own making.
choose_traces() {
	traces=
	for trace in Browser/test6=101 FruitNinja/test14=102 News/test7=103 \
		Weather/test13=104 Youtube/test8=105; do
		file=$NFCLASS_DATA/cs4516-a/${trace%=*}.pcap
		[ ! -e "$file" ] || traces="$traces $file=192.168.12.${trace#*=}"
	done
	if [ -z "$traces" ]; then
		echo "no recorded traffic in $NFCLASS_DATA, so it is invented: its labels mean nothing"
		"$BUILD/tests/hosts/sample" "$tmp/sample.pcap" || exit 1
		traces="$tmp/sample.pcap=192.168.12.101 $tmp/sample.pcap=192.168.12.102"
	fi
}

# Labels as they come, until the daemon has ended.
show_labels() {
	touch "$tmp/labels"
	tail -n +1 -f --pid="$daemon" "$tmp/labels" &
	tail=$!
}

# Of the test's own programs, over the kernels' own TCP and UDP.
real_traffic() {
	on server "$BUILD/tests/hosts/traffic" serve 443 >"$tmp/serve" 2>&1 &
	wait_for 5 grep -q ready "$tmp/serve" || fail "the server does not start"
	for address in 203.0.113.2 2001:db8:113::2; do
		wait_for 5 on client "$BUILD/tests/hosts/traffic" get $address 443 1 ||
			fail "no way to $address"
		on client "$BUILD/tests/hosts/traffic" get $address 443 20000000 || fail "download"
		on client "$BUILD/tests/hosts/traffic" ask $address 443 100 || fail "datagrams"
	done
}

replayed_traffic() {
	for trace in $traces; do
		echo "client ${trace#*=}: ${trace%=*}"
	done
	# shellcheck disable=SC2086 # a list of traces
	"$BUILD/tests/hosts/replay" "$net-client/eth0/$LAN_MAC" "$net-server/eth0/$WAN_MAC" \
		$traces || fail "replay"
}

# What was recorded, and what its burst-flows were called; in the order of clients.
summary() {
	for trace in $traces; do
		client=${trace#*=}
		app=${trace%/*}
		awk -v want=" client=$client:" -v app="${app##*/}" '
		/ provisional=yes/ { next }
		index($0, want) && match($0, / label=[^ ]*/) {
			name = substr($0, RSTART + 7, RLENGTH - 7)
			if (!(name in count))
				order[++n] = name
			count[name]++
		}
		END {
			printf "%-11s was called", app
			for (i = 1; i <= n; i++)
				printf "%s %s (%d)", (i > 1 ? "," : ""), order[i], count[order[i]]
			print ""
		}' "$tmp/labels"
	done
}

# counter NAME: the last value that the daemon has told.
counter() {
	grep -oE "(^| )$1=[0-9]+" "$tmp/daemon.log" | tail -n 1 | sed 's/.*=//'
}

# As many verdicts as the kernel has queued packets, and none lost on either side.
check_counters() {
	echo "kernel: $queued packets queued, $lost lost"
	grep -E 'verdicts=' "$tmp/daemon.log" | tail -n 1
	echo "labels: $(grep -c ' label=' "$tmp/labels")"
	grep -q ' label=' "$tmp/labels" || fail "no labels came"
	[ "$queued" -gt 0 ] || fail "no packet was queued"
	[ "$(counter verdicts)" = "$queued" ] ||
		fail "$queued packets were queued, and the daemon tells of $(counter verdicts) verdicts"
	[ "$lost" -eq 0 ] || fail "$lost packets were lost"
}

scratch
title "three hosts: client -- gateway -- server"
hosts_up
gateway_ini model.path="$PWD/models/cs4516.nfm" log.file="$tmp/labels" log.format=kv \
	>"$tmp/nfclass.ini"
gateway up || fail "the gateway does not come up"
daemon_start 1
gateway status
title "downloads and datagrams through the gateway, IPv4 behind NAT and IPv6"
show_labels
real_traffic
choose_traces
title "captures, replayed at their own pace: each another client"
replayed_traffic
queued=$(queue_column 8)
lost=$(($(queue_column 6) + $(queue_column 7)))
daemon_stop
wait "$tail"
[ -e "$tmp/sample.pcap" ] || { title "what was recorded, and its labels" && summary; }
title "counters"
check_counters
gateway down || fail "the gateway does not go down"
title "done"
