# shellcheck shell=sh disable=SC2016
# SPDX-License-Identifier: GPL-2.0-or-later
# What tests in namespaces share.  Sourced from the top of the checkout.
#
#   client eth0 -------- lan gateway wan -------- eth0 server
#   192.168.12.2   192.168.12.1   203.0.113.1   203.0.113.2, 198.18.0.0/15 behind it
#   fd00:12::2       fd00:12::1    2001:db8:113::1   2001:db8:113::2, 2001:db8:18::/48 behind it
#
# The gateway's LAN address is the business of whoever brings it up.  Only namespaces of
# our own are touched, through nsenter: `ip netns exec` wants to remount /, which a
# chroot does not allow.

: "${BUILD:=build}"
: "${NFCLASS_DATA:=../shared/data}"
export BUILD NFCLASS_DATA
: "${SHELL_UNDER_TEST:=/bin/sh}"

LAN_MAC=02:00:00:00:12:01 WAN_MAC=02:00:00:00:71:01
CLIENT_MAC=02:00:00:00:12:02 SERVER_MAC=02:00:00:00:71:02

# Whom the daemon runs as: nobody that any system knows.
DAEMON_USER=64917

fail() {
	echo "failed: $*"
	exit 1
}

skip() {
	echo "$*"
	exit 77
}

# need_root PROGRAM...: skips unless we are root and have these.
need_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	need_programs ip iptables ip6tables nsenter "$@"
}

need_programs() {
	for need in "$@"; do
		command -v "$need" >/dev/null || skip "needs $need"
	done
}

need_data() {
	[ -d "$NFCLASS_DATA/$1" ] || skip "needs the captures in $NFCLASS_DATA/$1"
}

# wait_for SECONDS COMMAND...: until the command succeeds; 1 when it never did.  A command
# may wait for something itself.
wait_for() {
	set -- $(($(date +%s) + $1)) "$@"
	until wait_try "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -le "$1" ] || return 1
		sleep 0.05
	done
}

wait_try() {
	shift 2
	"$@"
}

# A scratch directory, and an end that takes everything with it.  hosts_down runs
# before the directory goes; a test adds to it by defining at_end.  The daemon, which is
# another user, may read there and make its log.
scratch() {
	tmp=$(mktemp -d) || exit 1
	chmod 755 "$tmp"
	[ "$(id -u)" -ne 0 ] || chown $DAEMON_USER "$tmp"
	net=nfc-$$
	trap finish EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

at_end() {
	:
}

finish() {
	trap '' INT TERM HUP
	at_end
	hosts_down
	rm -rf "$tmp"
}

# on HOST COMMAND...: in the namespace of client, gateway, server or another of ours.
on() {
	on_host=$1
	shift
	nsenter --net="/run/netns/$net-$on_host" "$@"
}

host_new() {
	ip netns add "$net-$1" || fail "cannot make a network namespace"
	# Without duplicate address detection an address is good at once.
	on "$1" sh -c 'echo 0 | tee /proc/sys/net/ipv6/conf/*/accept_dad' >/dev/null
	on "$1" ip link set lo up
}

# wire HOST IFACE MAC HOST IFACE MAC: a cable between two hosts, both ends down.
wire() {
	ip link add "$2" address "$3" netns "$net-$1" type veth \
		peer name "$5" address "$6" netns "$net-$4" ||
		fail "cannot make a veth pair"
}

hosts_up() {
	for host in client gateway server; do
		host_new $host
	done
	wire client eth0 $CLIENT_MAC gateway lan $LAN_MAC
	wire server eth0 $SERVER_MAC gateway wan $WAN_MAC
	client_up
	server_up
	on gateway sh -ec '
		ip link set lan up
		ip link set wan up
		ip addr add 203.0.113.1/24 dev wan
		ip addr add 2001:db8:113::1/64 dev wan nodad
		echo 1 >/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal
		ip route add default via 203.0.113.2
		ip route add default via 2001:db8:113::2'
}

# 192.168.12.100 to .109 are for captures that are replayed: the client answers for them in
# ARP, and in nothing else; in IPv6 "deprecated" keeps its own traffic off them.
client_up() {
	on client sh -ec '
		ip link set eth0 up
		ip addr add 192.168.12.2/24 dev eth0
		ip addr add fd00:12::2/64 dev eth0 nodad
		for i in 0 1 2 3 4 5 6 7 8 9; do
			ip addr add 192.168.12.10$i/24 dev eth0
			ip addr add fd00:12::10$i/64 dev eth0 nodad preferred_lft 0
		done
		iptables -t raw -A PREROUTING -d 192.168.12.96/28 -j DROP
		ip6tables -t raw -A PREROUTING -d fd00:12::100/120 -p tcp -j DROP
		ip6tables -t raw -A PREROUTING -d fd00:12::100/120 -p udp -j DROP
		ip route add default via 192.168.12.1
		ip route add default via fd00:12::1'
}

# The server end has the captures' servers behind it, and they answer nothing.
server_up() {
	on server sh -ec '
		ip link set eth0 up
		ip addr add 203.0.113.2/24 dev eth0
		ip addr add 2001:db8:113::2/64 dev eth0 nodad
		iptables -t raw -A PREROUTING -d 198.18.0.0/15 -j DROP
		ip6tables -t raw -A PREROUTING -d 2001:db8:18::/48 -j DROP
		ip route add 192.168.12.0/24 via 203.0.113.1
		ip route add fd00:12::/64 via 2001:db8:113::1'
}

# What still runs in our namespaces goes with them.
hosts_down() {
	for host_path in /run/netns/"$net"-*; do
		[ -e "$host_path" ] || continue
		host_name=${host_path##*/}
		# shellcheck disable=SC2046 # a list of process numbers
		kill -9 $(ip netns pids "$host_name") 2>/dev/null
		ip netns del "$host_name"
	done
}

# offloads HOST IFACE on|off: superpackets, made on sending and put together on receipt.
offloads() {
	on "$1" ethtool -K "$2" tso "$3" gso "$3" gro "$3" >/dev/null 2>&1 ||
		fail "ethtool cannot switch offloads of $2"
}

# The sum of column $1 of the queues that are open in the gateway:
# 3 queued now, 6 dropped by the kernel, 7 dropped on the way to the daemon.
queue_column() {
	on gateway awk -v c="$1" '{ sum += $c } END { print sum + 0 }' \
		/proc/net/netfilter/nfnetlink_queue
}

# queues_open N: is somebody listening on exactly N queues?
queues_open() {
	[ "$(on gateway awk 'END { print NR }' /proc/net/netfilter/nfnetlink_queue)" -eq "$1" ]
}

# gateway_ini KEY=VALUE...: a configuration for the hosts above, in [gateway]; a key that
# contains a dot goes to the section before the dot.
gateway_ini() {
	printf '%s\n' control.socket="$tmp/control" gateway.lan=lan gateway.wan=wan \
		gateway.lan_address=192.168.12.1/24,fd00:12::1/64 \
		gateway.prefixes=192.168.12.0/24,fd00:12::/64 \
		gateway.nat=masquerade daemon.user=$DAEMON_USER "$@" | awk -F '[.=]' '
		!/^[a-z]+\./ { $0 = "gateway." $0 }
		{
			at = index($0, "=")
			name = substr($0, 1, at - 1)
			if (!(name in value))
				order[++n] = name
			value[name] = substr($0, at + 1)
		}
		END {
			for (i = 1; i <= n; i++) {
				split(order[i], part, ".")
				if (!(part[1] in text))
					sections[++m] = part[1]
				text[part[1]] = text[part[1]] part[2] " = " value[order[i]] "\n"
			}
			for (i = 1; i <= m; i++)
				printf "[%s]\n%s", sections[i], text[sections[i]]
		}'
}

# The script under test, on the gateway, with $tmp/nfclass.ini.
gateway() {
	NFCLASSD=${NFCLASSD:-$BUILD/nfclassd} NFCLASS_RUN=$tmp/run \
		on gateway "$SHELL_UNDER_TEST" gateway/nfclass-gateway -c "$tmp/nfclass.ini" "$@"
}

need_daemon() {
	[ -x "${NFCLASSD:-$BUILD/nfclassd}" ] || fail "nfclassd is not built"
}

# daemon_start QUEUES: on the gateway, with $tmp/nfclass.ini; what it says goes to $tmp/daemon.log.
# It is there when it listens on so many queues.
daemon_start() {
	nsenter --net="/run/netns/$net-gateway" "${NFCLASSD:-$BUILD/nfclassd}" -f \
		-c "$tmp/nfclass.ini" >>"$tmp/daemon.log" 2>&1 &
	daemon=$!
	wait_for 10 queues_open "$1" || {
		cat "$tmp/daemon.log"
		fail "the daemon does not listen"
	}
}

daemon_stop() {
	kill -TERM "$daemon"
	wait "$daemon" || fail "the daemon ended with $?"
}

# host_state FILE: all of the gateway that nfclass-gateway may change, without counters,
# and without addresses that the kernel gives.
host_state() {
	on gateway sh -c '
		iptables-save
		ip6tables-save
		tc qdisc
		ip -o addr
		ip rule
		ip route
		ip -6 route
		find /proc/sys/net -type f -perm -400 | sort | grep -vE "key|secret|_count$" |
			xargs grep -s .' | grep -vE '^#|(^| )fe80::' |
		sed 's/\[[0-9:]*\]//; s/ valid_lft.*//' >"$1"
}

# host_same BEFORE WHEN: says what differs, and fails.
host_same() {
	host_state "$tmp/now"
	diff "$1" "$tmp/now" || fail "$2: the gateway is not as it was"
}
