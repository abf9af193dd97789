# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The host's own settings: the LAN interface, its addresses, forwarding.
# shellcheck disable=SC2154 # state, lan, wan, showing come from the script

has_ipv6() {
	[ -d /proc/sys/net/ipv6/conf ]
}

host_link() {
	if [ -z "$showing" ]; then
		ip -o link show dev "$lan" | grep -q '[<,]UP[,>]' && return
		note link down || return 1
	fi
	run ip link set dev "$lan" up
}

# has_address ADDRESS/BITS
has_address() {
	ip -o addr show dev "$lan" to "${1%/*}" 2>/dev/null |
		awk -v bits="/${1#*/}" '
			substr($4, length($4) - length(bits) + 1) == bits { found = 1 }
			END { exit !found }'
}

host_addresses() {
	for address in $(setting_list gateway.lan_address); do
		if [ -z "$showing" ] && has_address "$address"; then
			continue
		fi
		noted addresses "$address" || note addresses "$address" || return 1
		run ip addr add "$address" dev "$lan" || return 1
	done
}

# Switching forwarding on writes to every interface's copy and to accept_redirects
# (Documentation/networking/ip-sysctl.rst), so all of these are kept, "all" first: putting
# it back writes to the others again.
host_snapshot() {
	for path in net/ipv4/conf/all/forwarding net/ipv6/conf/all/forwarding; do
		[ ! -e "/proc/sys/$path" ] || echo "$path $(cat "/proc/sys/$path")" || return 1
	done
	for path in /proc/sys/net/ipv4/conf/*/forwarding \
		/proc/sys/net/ipv4/conf/*/accept_redirects \
		/proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/*/accept_ra; do
		case $path in
		*/all/forwarding | *'*'*) ;;
		*) echo "${path#/proc/sys/} $(cat "$path")" || return 1 ;;
		esac
	done
}

# want_sysctl PATH VALUE
want_sysctl() {
	if [ -z "$showing" ]; then
		[ "$(cat "/proc/sys/$1" 2>/dev/null)" != "$2" ] || return 0
	fi
	put_sysctl "$1" "$2"
}

# A router takes no router advertisements unless it is told to: without that, the WAN
# loses its IPv6 default route.
host_forwarding() {
	want_sysctl net/ipv4/conf/all/forwarding 1 &&
		want_sysctl "net/ipv4/conf/$lan/forwarding" 1 &&
		want_sysctl "net/ipv4/conf/$wan/forwarding" 1 || return 1
	has_ipv6 || return 0
	if [ "$(cat "/proc/sys/net/ipv6/conf/$wan/accept_ra" 2>/dev/null)" = 1 ]; then
		want_sysctl "net/ipv6/conf/$wan/accept_ra" 2 || return 1
	fi
	want_sysctl net/ipv6/conf/all/forwarding 1 &&
		want_sysctl "net/ipv6/conf/$lan/forwarding" 1 &&
		want_sysctl "net/ipv6/conf/$wan/forwarding" 1
}

ACCOUNTING=net/netfilter/nf_conntrack_acct

# What passes beside the queue is counted by conntrack alone, and so is how long a
# connection's packets are.
accounting_wanted() {
	[ -n "$skip" ] || { marks_on && acks_apart; }
}

# A rule may switch it on, so this comes before the rules.  Where conntrack comes with our
# first rule, it is off.
accounting_note() {
	accounting_wanted && [ -z "$showing" ] || return 0
	value=$(cat /proc/sys/$ACCOUNTING 2>/dev/null || echo 0)
	[ "$value" = 1 ] || note sysctl "$ACCOUNTING $value"
}

host_accounting() {
	! accounting_wanted || want_sysctl $ACCOUNTING 1
}

restore_sysctls() {
	rc=0
	while read -r path value; do
		[ -e "/proc/sys/$path" ] || continue
		want_sysctl "$path" "$value" || rc=1
	done <"$state/sysctl"
	return $rc
}

# What is gone already needs no undoing.
host_restore() {
	rc=0
	restore_sysctls || rc=1
	if [ -f "$state/addresses" ]; then
		while read -r address; do
			has_address "$address" || continue
			run ip addr del "$address" dev "$lan" || rc=1
		done <"$state/addresses"
	fi
	if noted link down && ip link show dev "$lan" >/dev/null 2>&1; then
		run ip link set dev "$lan" down || rc=1
	fi
	return $rc
}
