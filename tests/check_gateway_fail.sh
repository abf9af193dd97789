#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nfclass-gateway: a step that fails undoes those before it, and show does nothing.
. tests/lib.sh
need_root iptables
need_daemon
scratch
hosts_up
mkdir "$tmp/bin"
PATH=$tmp/bin:$PATH

# stand_in PROGRAM LINES: comes before the real one.
stand_in() {
	printf '#!/bin/sh\n%s\n' "$2" >"$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}

# fails_cleanly WHAT SAYS
fails_cleanly() {
	host_state "$tmp/before"
	gateway up >"$tmp/out" 2>&1 && fail "$1: up succeeds"
	grep -q -- "$2" "$tmp/out" || { cat "$tmp/out" && fail "$1: '$2' is not in the message"; }
	grep -q "no luck today" "$tmp/out" || fail "$1: the command's own words are lost"
	host_same "$tmp/before" "$1"
	gateway status >/dev/null
	[ $? -eq 3 ] || fail "$1: status does not say that it is down"
}

gateway_ini dhcp_range=192.168.12.50-192.168.12.99 >"$tmp/nfclass.ini"
host_state "$tmp/before"
gateway show >"$tmp/show" || fail show
host_same "$tmp/before" show
for line in 'ip link set dev lan up' 'ip addr add 192.168.12.1/24 dev lan' \
	'iptables-restore --noflush' 'ip6tables-restore --noflush' 'dnsmasq\|udhcpd' \
	'-A nfclass-forward -i lan -o wan -j NFQUEUE --queue-num 0 --queue-bypass' MASQUERADE \
	'/proc/sys/net/ipv4/conf/all/forwarding'; do
	grep -q -- "$line" "$tmp/show" || fail "show does not show $line"
done

stand_in dnsmasq 'echo no luck today; exit 2'
fails_cleanly dnsmasq 'this failed: dnsmasq'
rm "$tmp/bin/dnsmasq"

stand_in ip6tables-restore 'cat >/dev/null; echo no luck today; exit 1'
fails_cleanly ip6tables-restore 'this failed: ip6tables-restore --noflush'
rm "$tmp/bin/ip6tables-restore"

real=$(command -v ip)
stand_in ip "case \$* in 'addr add fd00'*) echo no luck today; exit 2 ;; esac; exec $real \"\$@\""
fails_cleanly ip 'this failed: ip addr add fd00:12::1/64 dev lan'
rm "$tmp/bin/ip"

# A failure of a later up leaves alone what is up.
gateway up || fail up
host_state "$tmp/up"
stand_in iptables-restore 'cat >/dev/null; echo no luck today; exit 1'
gateway up >"$tmp/out" 2>&1 && fail "up succeeds without iptables-restore"
rm "$tmp/bin/iptables-restore"
host_same "$tmp/up" "failed second up"
gateway status >/dev/null
[ $? -eq 1 ] || fail "status: up, with nobody on the queue, is 1"

# Nor does an interface that is not there.
cp "$tmp/nfclass.ini" "$tmp/kept.ini"
sed 's/^lan = .*/lan = eth99/' "$tmp/kept.ini" >"$tmp/nfclass.ini"
for how in up reload; do
	gateway $how >"$tmp/out" 2>&1 && fail "$how with an interface that is not there"
	grep -q 'no interface eth99' "$tmp/out" || fail "$how: $(cat "$tmp/out")"
done
host_same "$tmp/up" "up with an interface that is not there"
cp "$tmp/kept.ini" "$tmp/nfclass.ini"

# Settings that change take the place of the old ones, and none of those stays.
gateway_ini nat=off queue.first=7 >"$tmp/nfclass.ini"
gateway up || fail "up with other settings"
on gateway iptables-save | grep -q MASQUERADE && fail "NAT is off, and MASQUERADE stays"
on gateway iptables-save | grep -q 'queue-num 7' || fail "no rule for queue 7"
[ -z "$(ip netns pids "$net-gateway")" ] || fail "DHCP goes on"
gateway down || fail down
host_same "$tmp/before" down

# down asks no configuration.
gateway up || fail up
rm "$tmp/nfclass.ini"
gateway down || fail "down without a configuration"
host_same "$tmp/before" "down without a configuration"
