#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nfclass-gateway: up, up and down beside an owner's own rules.
. tests/lib.sh
need_root busybox
need_daemon
scratch
hosts_up
gateway_ini queue.workers=2 dhcp_range=192.168.12.50-192.168.12.99 dns=203.0.113.2 \
	>"$tmp/nfclass.ini"

owner_settings() {
	on gateway sh -ec '
		iptables -A FORWARD -s 192.168.12.66 -j DROP
		iptables -P FORWARD DROP
		iptables -P INPUT DROP
		iptables -t nat -A PREROUTING -i wan -p tcp --dport 8080 -j DNAT --to 192.168.12.3:80
		iptables -N mine
		iptables -A OUTPUT -j mine
		ip6tables -t mangle -A FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu
		echo 0 >/proc/sys/net/ipv4/conf/all/accept_redirects
		echo 1 >/proc/sys/net/ipv4/conf/wan/forwarding
		echo 1 >/proc/sys/net/ipv6/conf/lo/forwarding'
}

# What `up` leads to, as the other hosts see it.
traffic_passes() {
	on server "$BUILD/tests/hosts/traffic" serve 7000 >"$tmp/serve" 2>&1 &
	wait_for 5 grep -q ready "$tmp/serve" || fail "the server does not start"
	for address in 203.0.113.2 2001:db8:113::2; do
		wait_for 5 on client "$BUILD/tests/hosts/traffic" get $address 7000 1000 ||
			fail "no way to $address"
		on client "$BUILD/tests/hosts/traffic" get $address 7000 3000000 ||
			fail "the download from $address broke"
		on client "$BUILD/tests/hosts/traffic" ask $address 7000 20 ||
			fail "datagrams to $address got lost"
	done
}

nat_works() {
	on server tcpdump -nlc 1 -i eth0 'ip and tcp[tcpflags] & tcp-syn != 0 and src 203.0.113.1' \
		>"$tmp/syn" 2>"$tmp/listening" &
	wait_for 5 grep -q listening "$tmp/listening" || fail "tcpdump does not start"
	on client "$BUILD/tests/hosts/traffic" get 203.0.113.2 7000 1 || fail "no way to the server"
	wait_for 5 grep -q 203.0.113.1 "$tmp/syn" || fail "the client's own address left the LAN"
}

# With the cluster match every packet is queued by one of two rules, in both families.
queue_sees() {
	for save in iptables-save ip6tables-save; do
		on gateway $save -c -t mangle | grep -e '-A nfclass-queue -m cluster' |
			grep -q '^\[[1-9]' || fail "$save: no packet came to the queue rules"
	done
}

leases_come() {
	on client busybox udhcpc -nqf -i eth0 -t 5 -T 1 -s /bin/true >"$tmp/lease" 2>&1
	grep -q 'lease of 192.168.12.[5-9][0-9] obtained' "$tmp/lease" ||
		{ cat "$tmp/lease" && fail "no lease"; }
}

cycle() {
	host_state "$tmp/before"
	gateway up || fail "up"
	gateway status | grep -q '^gateway: up, LAN lan, WAN wan' || fail "status does not say up"
	host_state "$tmp/up"
	ip netns pids "$net-gateway" | sort >"$tmp/up-processes"
	gateway up || fail "second up"
	host_same "$tmp/up" "after the second up"
	ip netns pids "$net-gateway" | sort | diff "$tmp/up-processes" - ||
		fail "the second up left other processes"
	traffic_passes
	leases_come
	nat_works
	queue_sees
	gateway down || fail "down"
	host_same "$tmp/before" "after down"
	[ -z "$(ip netns pids "$net-gateway")" ] || fail "down left processes"
	gateway down || fail "second down"
	gateway status >"$tmp/status" && fail "status after down succeeds"
	grep -q 'not up' "$tmp/status" || fail "status does not say that it is down"
}

gateway down || fail "down, never up"
echo "an empty host"
cycle
owner_settings
echo "an owner's host"
cycle
