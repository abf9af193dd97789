#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nfclass-gateway check: what it misses, and whom it meets.
. tests/lib.sh
need_root iptables nft tc ethtool
need_daemon
scratch
hosts_up
gateway_ini mark.enabled=yes >"$tmp/nfclass.ini"
gateway check >"$tmp/out" || { cat "$tmp/out" && fail "check finds fault with a good host"; }
for what in 'program iptables' 'interface lan' 'iptables NFQUEUE' 'ip6tables conntrack' MASQUERADE \
	'iptables CONNMARK' 'ip6tables CLASSIFY' 'iptables REJECT' HTB; do
	grep -q "^ok  *$what\$" "$tmp/out" || fail "check says nothing of $what"
done

# finds SAYS COMMAND UNDO: on the gateway.
finds() {
	on gateway sh -ec "$2" || fail "$2"
	gateway check >"$tmp/out" && fail "check passes after: $2"
	grep -q -- "$1" "$tmp/out" || { cat "$tmp/out" && fail "check does not say: $1"; }
	on gateway sh -ec "$3" || fail "$3"
	gateway check >/dev/null || fail "check fails after: $3"
}

# passes COMMAND UNDO
passes() {
	on gateway sh -ec "$1" || fail "$1"
	gateway check >"$tmp/out" || { cat "$tmp/out" && fail "check fails after: $1"; }
	on gateway sh -ec "$2" || fail "$2"
}

finds 'another rule uses our queues.*queue-num 0' \
	'iptables -A OUTPUT -j NFQUEUE --queue-num 0' 'iptables -D OUTPUT 1'
finds 'another rule uses our queues' \
	'ip6tables -A OUTPUT -j NFQUEUE --queue-balance 0:3' 'ip6tables -D OUTPUT 1'
passes 'iptables -A OUTPUT -j NFQUEUE --queue-num 1' 'iptables -D OUTPUT 1'
finds 'mark bits' \
	'iptables -t mangle -A OUTPUT -j MARK --set-xmark 0x1000000/0x1000000' \
	'iptables -t mangle -D OUTPUT 1'
finds 'mark bits' 'iptables -t mangle -A OUTPUT -j CONNMARK --set-mark 5' \
	'iptables -t mangle -D OUTPUT 1'
passes 'iptables -t mangle -A OUTPUT -j MARK --set-xmark 0x10000/0xff0000' \
	'iptables -t mangle -D OUTPUT 1'
finds 'mark bits.*fwmark' 'ip rule add fwmark 0x1000000 table 77' 'ip rule del table 77'
finds 'mark bits.*nft table inet t' \
	'nft add table inet t; nft add chain inet t c; nft add rule inet t c ct mark set ct mark and 0xf0ffffff or 0x1000000' \
	'nft delete table inet t'
passes 'nft add table inet t; nft add chain inet t c; nft add rule inet t c ct mark and 0xff == 1 accept' \
	'nft delete table inet t'
finds 'wan has a root qdisc already (tbf 5:)' \
	'tc qdisc add dev wan root handle 5: tbf rate 1mbit burst 10k latency 10ms' 'tc qdisc del dev wan root'

# Kernels without flow tables and the fw classifier cannot be asked for them.
# tells PROGRAM ARGUMENTS LINES SAYS: what check makes of a program that prints these.
mkdir "$tmp/bin"
tells() {
	cat >"$tmp/bin/$1" <<-END
		#!/bin/sh
		[ "\$*" != "$2" ] || printf '$3'
		exec $(command -v "$1") "\$@"
	END
	chmod +x "$tmp/bin/$1"
	PATH=$tmp/bin:$PATH gateway check >"$tmp/out" && fail "check passes: $4"
	grep -q "^CONFLICT $4" "$tmp/out" || { cat "$tmp/out" && fail "check does not tell: $4"; }
	rm "$tmp/bin/$1"
}
tells nft 'list ruleset' 'table inet fast {\n\tchain forward {\n\t\tflow add @f\n' \
	'flows are offloaded around the queue: nft table inet fast: flow add @f'
tells tc 'filter show dev lan' 'filter parent 1: protocol ip pref 1 fw chain 0 handle 0x1000000/0xf000000\n' \
	'another rule uses our mark bits 0xf000000: tc filter on lan'
tells ethtool '-k wan' 'hw-tc-offload: on\n' 'wan offloads to its hardware'

# Where marks are off, their bits are anybody's.
gateway_ini >"$tmp/nfclass.ini"
passes 'iptables -t mangle -A OUTPUT -j CONNMARK --set-mark 5' 'iptables -t mangle -D OUTPUT 1'
grep -q '^note .*mark bits' "$tmp/out" || { cat "$tmp/out" && fail "check does not note a mark"; }
gateway_ini mark.enabled=yes >"$tmp/nfclass.ini"

# An owner's root qdisc is never replaced, and what was done before is undone.
on gateway tc qdisc add dev wan root handle 5: tbf rate 1mbit burst 10k latency 10ms
host_state "$tmp/before"
gateway up >"$tmp/out" 2>&1 && fail "up replaces a root qdisc"
grep -q 'wan has a root qdisc already (tbf 5:)' "$tmp/out" || { cat "$tmp/out" && fail "up does not say why"; }
host_same "$tmp/before" "up with a root qdisc of somebody else's"
on gateway tc qdisc del dev wan root

finds 'stands before our rules' 'iptables -A FORWARD -j REJECT' 'iptables -D FORWARD 1'
finds 'MISSING  interface wan' 'ip link set wan down; ip link set wan name other' \
	'ip link set other name wan; ip link set wan up'

# Ours are no conflict.
gateway up || fail up
gateway check >"$tmp/out" || { cat "$tmp/out" && fail "check finds fault with our own rules"; }

# Two gateways on one host keep apart.
host_new second
on second ip link add lan type veth peer name wan
host_state "$tmp/first"
sed 's/192\.168\.12\./192.168.13./g; s/fd00:12::/fd00:13::/g' "$tmp/nfclass.ini" >"$tmp/second.ini"
second() {
	NFCLASSD=${NFCLASSD:-$BUILD/nfclassd} NFCLASS_RUN=$tmp/run \
		on second gateway/nfclass-gateway -c "$tmp/second.ini" "$@"
}
second up || fail "up of a second gateway"
host_same "$tmp/first" "up of a second gateway"
gateway down || fail down
on second iptables-save | grep -q MASQUERADE || fail "down took the other gateway's rules"
second down || fail "down of the second gateway"
[ -z "$(on second iptables-save)" ] || fail "the second gateway is not as it was"
