#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nfclass-gateway: the LAN gets its leases and DNS, from dnsmasq or from udhcpd.
. tests/lib.sh
need_root busybox dnsmasq
need_daemon
scratch
hosts_up

cat >"$tmp/got" <<'END'
#!/bin/sh
[ "$1" = bound ] && echo "ip=$ip mask=$subnet router=$router dns=$dns lease=$lease"
exit 0
END
chmod +x "$tmp/got"

# lease WHAT: what a client is told.
lease() {
	on client busybox udhcpc -nqf -i eth0 -t 10 -T 1 -s "$tmp/got" >"$tmp/lease" 2>&1
	grep -q "$1" "$tmp/lease" || { cat "$tmp/lease" && fail "the lease has no $1"; }
	grep -q 'ip=192.168.12.5[0-9] mask=255.255.255.0 router=192.168.12.1 ' "$tmp/lease" ||
		{ cat "$tmp/lease" && fail "the lease is not what was configured"; }
}

# Our server ends, and nothing else of that name.
cycle() {
	host_state "$tmp/before"
	gateway up || fail up
	gateway status | grep -q 'DHCP: process [0-9]* serves 192.168.12.50-192.168.12.59' ||
		fail "status does not tell of DHCP"
	lease "$1"
	[ -z "${2-}" ] || "$2"
	[ -z "$(on gateway ip -6 addr show dev lan dynamic)" ] ||
		fail "the gateway took an address from its own router advertisements"
	gateway down || fail down
	host_same "$tmp/before" "after down"
	[ -z "$(ip netns pids "$net-gateway")" ] || fail "down left processes"
}

gateway_answers() {
	on client busybox nslookup -type=a localhost 192.168.12.1 | grep -q '127.0.0.1$' ||
		fail "the gateway answers no DNS"
}

# A host whose INPUT drops what it does not know.
on gateway iptables -P INPUT DROP

echo dnsmasq
gateway_ini dhcp_range=192.168.12.50-192.168.12.59 dhcp_lease_s=1234 >"$tmp/nfclass.ini"
cycle 'dns=192.168.12.1 lease=1234' gateway_answers
gateway_ini dhcp_range=192.168.12.50-192.168.12.59 dns=192.0.2.1,192.0.2.2 >"$tmp/nfclass.ini"
cycle 'dns=192.0.2.1 192.0.2.2 '

# The server's death is noticed, and up mends it.
gateway up || fail up
kill -9 "$(ip netns pids "$net-gateway")"
wait_for 5 sh -c "[ -z \"\$(ip netns pids $net-gateway)\" ]" || fail "kill"
gateway status | grep -q 'DHCP: not running' || fail "status does not see that DHCP is gone"
gateway up || fail "second up"
lease 'dns=192.0.2.1 192.0.2.2 '
gateway down || fail down

echo udhcpd
mkdir "$tmp/bin"
# The first of a name wins, as in PATH.
for dir in /usr/sbin /usr/bin /sbin /bin; do
	ln -s "$dir"/* "$tmp/bin" 2>/dev/null || :
done
rm -f "$tmp/bin/dnsmasq" "$tmp/bin/udhcpd"
ln -s "$(command -v busybox)" "$tmp/bin/udhcpd"
PATH=$tmp/bin
cycle 'dns=192.0.2.1 192.0.2.2 '
rm "$tmp/bin/udhcpd"
gateway up >"$tmp/out" 2>&1 && fail "up without any DHCP server"
grep -q dnsmasq-base "$tmp/out" || fail "up does not say what to install"
host_same "$tmp/before" "up without any DHCP server"
