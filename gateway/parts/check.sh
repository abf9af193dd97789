# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What this gateway needs: programs, interfaces, and a kernel that has been asked.
# shellcheck disable=SC2034,SC2154 # variables are shared with the script

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
	! marks_on || check_program tc iproute2
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

check_filter() {
	probe "$1 NFQUEUE" CONFIG_NETFILTER_XT_TARGET_NFQUEUE \
		"$1" -t mangle -A FORWARD -j NFQUEUE --queue-num 0 --queue-bypass
	probe "$1 conntrack" CONFIG_NETFILTER_XT_MATCH_CONNTRACK \
		"$1" -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
	[ "$workers" -eq 1 ] || probe "$1 cluster" CONFIG_NETFILTER_XT_MATCH_CLUSTER \
		"$1" -t mangle -A FORWARD -m cluster --cluster-total-nodes 2 \
		--cluster-local-node 1 --cluster-hash-seed 1 -j ACCEPT
}

check_marks() {
	probe "$1 mark" CONFIG_NETFILTER_XT_MARK \
		"$1" -t mangle -A POSTROUTING -m mark ! --mark "0x0/$mask" -j ACCEPT
	probe "$1 CONNMARK" CONFIG_NETFILTER_XT_CONNMARK "$1" -t mangle -A POSTROUTING \
		-m connmark --mark "0x0/$mask" -j CONNMARK --save-mark --nfmask "$mask" --ctmask "$mask"
	probe "$1 CLASSIFY" CONFIG_NETFILTER_XT_TARGET_CLASSIFY \
		"$1" -t mangle -A POSTROUTING -j CLASSIFY --set-class "$TREE:$REST_CLASS"
	probe "$1 length" CONFIG_NETFILTER_XT_MATCH_LENGTH \
		"$1" -t mangle -A POSTROUTING -m length --length 0:100 -j ACCEPT
	probe "$1 hashlimit" CONFIG_NETFILTER_XT_MATCH_HASHLIMIT \
		"$1" -A FORWARD -m hashlimit --hashlimit-upto 1/sec --hashlimit-name nfclass -j ACCEPT
	probe "$1 REJECT" "CONFIG_IP_NF_TARGET_REJECT or CONFIG_IP6_NF_TARGET_REJECT" \
		"$1" -A FORWARD -p tcp -j REJECT --reject-with tcp-reset
}

check_shaping() {
	probe HTB CONFIG_NET_SCH_HTB tc qdisc add dev lo root handle "$TREE:" htb default 0
	leaf_find
	case $leaf in
	bfifo) echo "note     the kernel has none of fq_codel, cake and sfq: flows of one app" \
		"are not kept fair, and acknowledgements get a class of their own"
		probe connbytes CONFIG_NETFILTER_XT_MATCH_CONNBYTES iptables -t mangle -A POSTROUTING \
			-m connbytes --connbytes 0:1 --connbytes-dir reply --connbytes-mode avgpkt -j ACCEPT
		[ -n "$cut" ] || echo "note     the kernel lacks CONFIG_NET_SCH_TBF: superpackets" \
			"stop slow classes for long" ;;
	*) echo "ok       $leaf, fair among the flows of an app" ;;
	esac
	! accounting_wanted || [ -e "/proc/sys/$ACCOUNTING" ]
	verdict $? "conntrack accounting" "no /proc/sys/net/netfilter/nf_conntrack_acct: load nf_conntrack"
	for rate in "down of $lan" "up of $wan"; do
		[ "$(link_rate "${rate%% *}")" != "$NO_LIMIT" ] ||
			echo "note     [gateway] ${rate%% *} is not set: priorities mean nothing on ${rate##* }"
	done
}

check_nat() {
	case $nat in
	off) ;;
	masquerade) probe MASQUERADE CONFIG_NETFILTER_XT_TARGET_MASQUERADE \
		iptables -t nat -A POSTROUTING -j MASQUERADE ;;
	*) probe SNAT CONFIG_NETFILTER_XT_NAT \
		iptables -t nat -A POSTROUTING -j SNAT --to-source "$nat" ;;
	esac
}

check_kernel() {
	if [ "$(id -u)" -ne 0 ]; then
		echo "note     only root can ask what the kernel has"
		return
	fi
	for tool in iptables ip6tables; do
		[ $tool = iptables ] || has_ipv6 || continue
		check_filter $tool
		! marks_on || check_marks $tool
	done
	check_nat
	! marks_on || check_shaping
}

look_check() {
	check_programs
	check_interfaces
	check_kernel
	check_rules
	check_listeners
	check_forward
	check_trees
	check_offload
	exit $missing
}
