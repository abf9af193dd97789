#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job, to watch: `sudo sh tests/demo.sh` installs what is missing, builds, and
# makes three hosts in network namespaces: a client, a gateway with nfclassd on its queue,
# and a server.  Traffic passes, labels come.  Nothing is left behind.
#
# With recorded traffic in $NFCLASS_DATA the shipped model names real applications.  Without,
# made-up applications are recorded first, a model is trained from that, and names them.
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

# One recorded trace of each app where there are some, each as another client.
choose_traces() {
	traces=""
	for trace in Browser/test6=101 FruitNinja/test14=102 News/test7=103 \
		Weather/test13=104 Youtube/test8=105; do
		file=$NFCLASS_DATA/cs4516-a/${trace%=*}.pcap
		[ ! -e "$file" ] || traces="$traces $file=192.168.12.${trace#*=}"
	done
}

# Made-up applications that a model is trained for, and one that it never sees.
LEARNED='Chat Game Video Voice Web' NEVER_SEEN=Backup
CLIENTS=6
: "${RECORD_S:=22}" "${NAME_S:=14}"

# play FIRST CLIENTS SECONDS APP...: each app on so many clients of its own, whose addresses
# begin with FIRST; in $played their "APP 192.168.12.N" until all have ended.
play() {
	play_address=$1 play_clients=$2 play_s=$3
	players="" played=""
	shift 3
	for app; do
		for n in $(seq "$play_clients"); do
			address=192.168.12.$play_address
			on client ip addr add "$address/24" dev eth0 || fail "address $address"
			on client "$BUILD/tests/hosts/play" "$app" 203.0.113.2 443 "$address" \
				"$play_address" "$play_s" 2>>"$tmp/play" &
			players="$players $!"
			played="$played $app=$address"
			play_address=$((play_address + 1))
		done
	done
}

wait_for_players() {
	for player in $players; do
		wait "$player" || fail "made-up traffic: $(cat "$tmp/play")"
	done
}

# Nobody listens on the queue yet: traffic passes all the same, and is recorded.
train_made_up() {
	files="" address=11
	for app in $LEARNED; do
		mkdir -p "$tmp/made-up/$app"
		for n in $(seq $CLIENTS); do
			files="$files $tmp/made-up/$app/$n.pcap=192.168.12.$address"
			address=$((address + 1))
		done
	done
	# shellcheck disable=SC2086 # a list of files
	nsenter --net="/run/netns/$net-gateway" "$BUILD/tests/hosts/record" lan $files \
		>"$tmp/record" 2>&1 &
	record=$!
	wait_for 10 grep -q ready "$tmp/record" || fail "no recording: $(cat "$tmp/record")"
	echo "$LEARNED: $CLIENTS clients each, for $RECORD_S s"
	# shellcheck disable=SC2086 # a list of apps
	play 11 $CLIENTS $RECORD_S $LEARNED
	wait_for_players
	kill "$record"
	wait "$record" || fail "no recording: $(cat "$tmp/record")"
	sed 1d "$tmp/record"
	echo "nfclass train -o made-up.nfm --max 10 made-up"
	(nfclass=$(cd "$BUILD" && pwd)/nfclass && cd "$tmp" &&
		"$nfclass" train -o made-up.nfm --max 10 made-up) || fail "training"
}

# Other clients, other chances.
name_made_up() {
	# shellcheck disable=SC2086 # a list of apps
	play 51 1 $NAME_S $LEARNED $NEVER_SEEN
	for trace in $played; do
		echo "client ${trace#*=}: ${trace%=*}"
	done
	wait_for_players
}

# Labels as they come, until the daemon has ended.
show_labels() {
	touch "$tmp/labels"
	tail -n +1 -f --pid="$daemon" "$tmp/labels" &
	tail=$!
}

# Over the kernels' own TCP and UDP.
serve() {
	on server "$BUILD/tests/hosts/traffic" serve 443 >"$tmp/serve" 2>&1 &
	wait_for 5 grep -q ready "$tmp/serve" || fail "the server does not start"
}

real_traffic() {
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

# names_of CLIENT: what its burst-flows were called, a line each.
names_of() {
	awk -v want=" client=$1:" '
		/ provisional=yes/ { next }
		index($0, want) && match($0, / label=[^ ]*/) {
			print substr($0, RSTART + 7, RLENGTH - 7)
		}' "$tmp/labels"
}

# What was recorded, and what its burst-flows were called; in the order of clients.
summary() {
	for trace in $traces; do
		app=${trace%/*}
		names_of "${trace#*=}" | awk -v app="${app##*/}" '
		!count[$0]++ { order[++n] = $0 }
		END {
			printf "%-11s was called", app
			for (i = 1; i <= n; i++)
				printf "%s %s (%d)", (i > 1 ? "," : ""), order[i], count[order[i]]
			print ""
		}'
	done
	echo "The model has learned from all of that set: how well it names what it has not seen,"
	echo "models/README.md tells."
}

# The same for made-up apps: how many were called what they are.
summary_made_up() {
	echo "application   burst-flows  right  Unknown  wrong"
	for trace in $played; do
		names_of "${trace#*=}" | awk -v app="${trace%=*}" -v never="$NEVER_SEEN" '
		{ $0 == app ? right++ : $0 == "Unknown" ? unknown++ : wrong++ }
		END {
			what = ""
			if (app == never) {
				what = "  never learned: Unknown is right"
				right = unknown
				unknown = 0
			}
			printf "%-13s %11d %6d %8d %6d%s\n", app, NR, right, unknown, wrong, what
		}'
	done
	echo "This traffic and its applications are made up: it shows that the way works, from"
	echo "recording to labels, and not how well real applications are told apart."
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
choose_traces
title "three hosts: client -- gateway -- server"
hosts_up
model=$PWD/models/cs4516.nfm
[ "$traces" ] || model=$tmp/made-up.nfm
gateway_ini model.path="$model" log.file="$tmp/labels" log.format=kv >"$tmp/nfclass.ini"
gateway up || fail "the gateway does not come up"
serve
if [ -z "$traces" ]; then
	title "no recorded traffic in $NFCLASS_DATA, so made-up applications are recorded"
	train_made_up
fi
daemon_start 1
gateway status
title "downloads and datagrams through the gateway, IPv4 behind NAT and IPv6"
show_labels
real_traffic
if [ "$traces" ]; then
	title "captures, replayed at their own pace: each another client"
	replayed_traffic
else
	title "the made-up applications again, each another client, and one that is new"
	name_made_up
fi
queued=$(queue_column 8)
lost=$(($(queue_column 6) + $(queue_column 7)))
daemon_stop
wait "$tail"
title "what was sent, and what it was called"
if [ "$traces" ]; then
	summary
else
	summary_made_up
fi
title "counters"
check_counters
gateway down || fail "the gateway does not go down"
title "done"
