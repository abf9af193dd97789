# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# DHCP and DNS for the LAN, by a server of our own: dnsmasq, or where there is none,
# udhcpd, which leaves DNS to others.
# shellcheck disable=SC2154 # state, lan, dhcp_range, showing come from the script

# The LAN's IPv4 address, ADDRESS/BITS, whose network holds dhcp_range.
lan_v4() {
	{
		setting_list gateway.lan_address | grep -v :
		ip -o -4 addr show dev "$lan" 2>/dev/null | awk '{ print $4 }'
	} | awk -v first="${dhcp_range%%-*}" '
		function number(a, part) {
			split(a, part, ".")
			return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]
		}
		{ split($0, own, "/"); size = 2 ^ (32 - own[2]) }
		int(number(own[1]) / size) == int(number(first) / size) { print; exit }'
}

# netmask BITS
netmask() {
	awk -v bits="$1" 'BEGIN {
		for (i = 0; i < 4; i++) {
			n = bits > 8 ? 8 : bits < 0 ? 0 : bits
			printf "%s%d", i ? "." : "", 256 - 2 ^ (8 - n)
			bits -= 8
		}
	}'
}

dnsmasq_conf() {
	own=$(lan_v4)
	cat <<-END
		interface=$lan
		except-interface=lo
		bind-dynamic
		pid-file=$state/dhcp.pid
		dhcp-leasefile=$state/leases
		dhcp-authoritative
		dhcp-range=${dhcp_range%%-*},${dhcp_range#*-},$(netmask "${own#*/}"),$(setting gateway.dhcp_lease_s)
	END
	servers=$(setting_list gateway.dns | grep -v : | paste -sd, -)
	[ -z "$servers" ] || echo "dhcp-option=option:dns-server,$servers"
	setting_list gateway.lan_address | grep -q : || return 0
	echo enable-ra
	echo "dhcp-range=::,constructor:$lan,ra-stateless"
	servers=$(setting_list gateway.dns | grep : | sed 's/.*/[&]/' | paste -sd, -)
	[ -z "$servers" ] || echo "dhcp-option=option6:dns-server,$servers"
}

# Without a forwarder of our own, clients ask the servers that this host asks.
udhcpd_conf() {
	own=$(lan_v4)
	servers=$(setting_list gateway.dns | grep -v : | tr '\n' ' ')
	[ -n "$servers" ] ||
		servers=$(awk '$1 == "nameserver" && $2 !~ /:|^127\./ { print $2 }' /etc/resolv.conf | tr '\n' ' ')
	cat <<-END
		interface $lan
		start ${dhcp_range%%-*}
		end ${dhcp_range#*-}
		pidfile $state/dhcp.pid
		lease_file $state/leases
		opt router ${own%/*}
		opt subnet $(netmask "${own#*/}")
		opt lease $(setting gateway.dhcp_lease_s)
	END
	[ -z "$servers" ] || echo "opt dns $servers"
}

# The process that serves the LAN, and is ours: numbers are used again.
lan_pid() {
	[ -s "$state/dhcp.pid" ] || return 1
	pid=$(cat "$state/dhcp.pid" 2>/dev/null) || return 1
	tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$state/dhcp.conf" && echo "$pid"
}

lan_up() {
	[ -n "$dhcp_range" ] || return 0
	[ -n "$(lan_v4)" ] || {
		say "[gateway] dhcp_range needs an IPv4 address on $lan: set lan_address"
		return 1
	}
	if [ -z "$showing" ] && lan_pid >/dev/null; then
		return
	fi
	if command -v dnsmasq >/dev/null; then
		put "$state/dhcp.conf" "$(dnsmasq_conf)" &&
			run dnsmasq --conf-file="$state/dhcp.conf"
	elif command -v udhcpd >/dev/null; then
		put "$state/dhcp.conf" "$(udhcpd_conf)" && put "$state/leases" "" &&
			run udhcpd "$state/dhcp.conf"
	else
		say "[gateway] dhcp_range needs dnsmasq or udhcpd (Debian package dnsmasq-base)"
		return 1
	fi
}

lan_down() {
	pid=$(lan_pid) || return 0
	run kill "$pid" || return 1
	tries=100
	while lan_pid >/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { say "process $pid does not end" && return 1; }
		sleep 0.05
	done
}
