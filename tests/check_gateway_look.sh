#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nfclass-gateway check: what it misses, and whom it meets.
. tests/lib.sh
need_root iptables
need_daemon
scratch
hosts_up
gateway_ini queue.first=0 >"$tmp/nfclass.ini"
gateway check >"$tmp/out" || { cat "$tmp/out" && fail "check finds fault with a good host"; }
for what in 'program iptables' 'interface lan' 'iptables NFQUEUE' 'ip6tables conntrack' MASQUERADE; do
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
