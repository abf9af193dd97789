# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is there: status looks at this gateway, check at what it needs.
# shellcheck disable=SC2034,SC2154 # variables are shared with the script

QUEUES=/proc/net/netfilter/nfnetlink_queue

# queue_line NUMBER: port, waiting, dropped by the kernel, lost to the daemon, packets seen.
queue_line() {
	awk -v n="$1" '$1 == n { print $2, $3, $6, $7, $8 }' $QUEUES 2>/dev/null
}

queues() {
	i=0
	while [ "$i" -lt "$workers" ]; do
		echo $((queue_first + i))
		i=$((i + 1))
	done
}

status_queue() {
	line=$(queue_line "$1")
	if [ -z "$line" ]; then
		echo "queue $1: nobody listens, packets pass unseen"
		return 1
	fi
	# shellcheck disable=SC2086 # the fields of the line
	set -- "$1" $line
	echo "queue $1: in use, $6 packets, $3 waiting, $4 dropped by the kernel, $5 lost on the way to the daemon"
}

status_rules() {
	for table in filter mangle nat; do
		saved "$1" -c -t $table | sed -n "s/^\(\[[0-9:]*\]\) -A \(nfclass-.*\)/  IPv$1 $table \1 \2/p"
	done
}

on_off() {
	case $(cat "/proc/sys/$1" 2>/dev/null) in
	1) echo on ;;
	*) echo off ;;
	esac
}

# 0 up and whole, 1 up with something missing, 3 not up.
look_status() {
	if ! state_exists; then
		echo "gateway: not up"
		exit 3
	fi
	settings=$(cat "$state/settings")
	take_settings
	rc=0
	echo "gateway: up, LAN $lan, WAN $wan, state in $state"
	echo "forwarding: IPv4 $(on_off net/ipv4/conf/all/forwarding), IPv6 $(on_off net/ipv6/conf/all/forwarding)"
	if [ -n "$dhcp_range" ]; then
		if pid=$(lan_pid); then
			echo "DHCP: process $pid serves $dhcp_range"
		else
			echo "DHCP: not running"
			rc=1
		fi
	fi
	for queue in $(queues); do
		status_queue "$queue" || rc=1
	done
	rules_present || { echo "rules: missing" && rc=1; }
	for family in $(families); do
		status_rules "$family"
	done
	exit $rc
}

missing=0

# verdict OK WHAT HOW
verdict() {
	if [ "$1" -eq 0 ]; then
		echo "ok       $2"
	else
		echo "MISSING  $2: $3"
		missing=1
	fi
}

conflict() {
	echo "CONFLICT $*"
	missing=1
}

check_program() {
	command -v "$1" >/dev/null
	verdict $? "program $1" "Debian package $2"
}

check_programs() {
	check_program ip iproute2
	check_program iptables iptables
	check_program ip6tables iptables
	check_program flock util-linux
	command -v nft >/dev/null ||
		echo "note     without nft (Debian package nftables) down leaves empty tables behind"
	[ -n "$dhcp_range" ] || return 0
	command -v dnsmasq >/dev/null || command -v udhcpd >/dev/null
	verdict $? "DHCP server" "Debian package dnsmasq-base (or udhcpd)"
}

check_interfaces() {
	for iface in "$lan" "$wan"; do
		ip link show dev "$iface" >/dev/null 2>&1
		verdict $? "interface $iface" "ip link shows those there are; set lan and wan in [gateway]"
	done
}

# probe WHAT OPTION COMMAND...: does the kernel take such a rule?  Asked in a network
# namespace that ends with the question.
probe() {
	what=$1 option=$2
	shift 2
	unshare --net "$@" >/dev/null 2>&1
	verdict $? "$what" "the kernel lacks $option"
}

check_kernel() {
	if [ "$(id -u)" -ne 0 ]; then
		echo "note     only root can ask what the kernel has"
		return
	fi
	for tool in iptables ip6tables; do
		[ $tool = iptables ] || has_ipv6 || continue
		probe "$tool NFQUEUE" CONFIG_NETFILTER_XT_TARGET_NFQUEUE \
			$tool -t mangle -A FORWARD -j NFQUEUE --queue-num 0 --queue-bypass
		probe "$tool conntrack" CONFIG_NETFILTER_XT_MATCH_CONNTRACK \
			$tool -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
		[ "$workers" -eq 1 ] || probe "$tool cluster" CONFIG_NETFILTER_XT_MATCH_CLUSTER \
			$tool -t mangle -A FORWARD -m cluster --cluster-total-nodes 2 \
			--cluster-local-node 1 --cluster-hash-seed 1 -j ACCEPT
	done
	case $nat in
	off) ;;
	masquerade) probe MASQUERADE CONFIG_NETFILTER_XT_TARGET_MASQUERADE \
		iptables -t nat -A POSTROUTING -j MASQUERADE ;;
	*) probe SNAT CONFIG_NETFILTER_XT_NAT \
		iptables -t nat -A POSTROUTING -j SNAT --to-source "$nat" ;;
	esac
}

# Rules that are not ours, as "4 -A ..."; from nft, those of tables that iptables does not
# see.
others_rules() {
	for family in $(families); do
		saved "$family" | grep -E '^-A' | grep -vE '^-A nfclass-' | sed "s/^/IPv$family /"
	done
	command -v nft >/dev/null || return 0
	nft list ruleset 2>/dev/null | awk '
		/^table/ { theirs = !($2 ~ /^ip6?$/ && $3 ~ /^(filter|nat|mangle|raw|security)$/)
			table = $2 " " $3 }
		/^\t\t/ && theirs { sub(/^\t\t/, ""); print "nft table " table ": " $0 }'
}

# Does rule $1 queue to one of our numbers?
queues_to_ours() {
	printf '%s\n' "$1" | awk -v first="$queue_first" -v last=$((queue_first + workers - 1)) '
		match($0, /--queue-(num|balance) [0-9]+(:[0-9]+)?|queue( flags [a-z,]+)? (num|to) [0-9]+(-[0-9]+)?/) {
			text = substr($0, RSTART, RLENGTH)
			sub(/.* /, "", text)
			split(text, n, /[:-]/)
			to = n[2] == "" ? n[1] : n[2]
			if (n[1] + 0 <= last && to + 0 >= first)
				found = 1
		}
		END { exit !found }'
}

# Does rule $1 write or compare bits of our mask in packet or connection marks?
marks_ours() {
	words=$(printf '%s\n' "$1" | grep -oE '(--(set-xmark|set-mark|mark|or-mark|nfmask|ctmask|mask)|fwmark) (0x[0-9a-f]+|[0-9]+)(/0x[0-9a-f]+)?' | sed 's/.* //')
	for word in $words; do
		case $word in
		*/*) bits=${word#*/} ;;
		*) bits=0xffffffff ;;
		esac
		[ $((bits & mask)) -eq 0 ] || return 0
	done
	return 1
}

check_others() {
	mask=$(setting mark.mask 0x0f000000)
	others=$(others_rules; ip rule show 2>/dev/null | grep fwmark | sed 's/^/ip rule /')
	while IFS= read -r rule; do
		if queues_to_ours "$rule"; then
			conflict "another rule uses our queues: $rule; set [queue] first to a free number"
		fi
		if marks_ours "$rule"; then
			conflict "another rule uses our mark bits $mask: $rule; labels will use them once they set marks"
		fi
	done <<-END
		$others
	END
}

# A queue's port is by custom the number of the process that opened it first.
check_listeners() {
	for queue in $(queues); do
		port=$(queue_line "$queue")
		port=${port%% *}
		[ -n "$port" ] || continue
		name=$(cat "/proc/$port/comm" 2>/dev/null) || continue
		[ "$name" = nfclassd ] ||
			conflict "queue $queue belongs to process $port ($name); set [queue] first to a free number"
	done
}

# Our rules stand last in FORWARD.
check_forward() {
	for family in $(families); do
		rule=$(saved "$family" -t filter | grep -E '^-A FORWARD -j (DROP|REJECT)' | head -n 1)
		[ -z "$rule" ] || conflict "IPv$family: '$rule' stands before our rules: nothing will be forwarded"
	done
}

look_check() {
	check_programs
	check_interfaces
	check_kernel
	check_others
	check_listeners
	check_forward
	exit $missing
}
