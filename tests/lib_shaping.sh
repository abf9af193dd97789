# shellcheck shell=sh disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of shaping and blocking share, on top of lib.sh.

SERVER4=203.0.113.2 SERVER6=2001:db8:113::2

# shaping_ini KEY=VALUE...: an app that is held down, one that is held up, one that goes first.
# shellcheck disable=SC2120 # keys are optional
shaping_ini() {
	gateway_ini down=40mbit up=20mbit mark.enabled=yes mark.Video=4 mark.Backup=5 mark.Game=6 \
		mark.Banned=7 'shape.Video=down 5mbit' 'shape.Backup=up 5mbit' \
		'shape.Game=down 2mbit ceil 20mbit up 1mbit ceil 10mbit prio 0' \
		'policy.no=app Banned block' "$@" >"$tmp/nfclass.ini"
}

# The value of what is blocked.
BLOCKED=15

# label PORT VALUE: in the daemon's place, mark the connections to a port.
label() {
	for family in iptables ip6tables; do
		on gateway $family -t mangle -A PREROUTING -p tcp --dport "$1" -j CONNMARK \
			--set-xmark "$(printf "0x%x000000" "$2")/0x0f000000" || fail "cannot label"
	done
}

unlabel() {
	for family in iptables ip6tables; do
		on gateway $family -t mangle -F PREROUTING
	done
}

flows() {
	on client python3 tests/hosts/flows.py "$@"
}

# flows_hold WAY@ADDRESS@PORT FILE: in the background, until $flow is killed or it ends.
flows_hold() {
	nsenter --net="/run/netns/$net-client" python3 tests/hosts/flows.py hold "$1" >"$2" 2>&1 &
	flow=$!
	wait_for 60 grep -q open "$2" || fail "no connection for $1: $(cat "$2")"
}

flows_serve() {
	on server python3 tests/hosts/flows.py serve "$@" >>"$tmp/served" 2>&1 &
	wait_for 60 grep -q ready "$tmp/served" || fail "the server does not start"
	# Answers to the other addresses are dropped by the client.
	on client ip -6 route change default via fd00:12::1 src fd00:12::2
}

# rates SPEC...: of connections that go on together, into $tmp/rates.
rates() {
	flows rates 5 "$@" >"$tmp/rates" 2>&1 || fail "$*: $(cat "$tmp/rates")"
	cat "$tmp/rates"
}

# rate SPEC down|up: of the last that were measured.
rate() {
	awk -v spec="$1" -v way="$2=" '$1 == spec {
		for (i = 2; i <= NF; i++)
			if (index($i, way) == 1)
				print substr($i, length(way) + 1)
	}' "$tmp/rates"
}

# between LOW VALUE HIGH
between() {
	awk -v low="$1" -v value="$2" -v high="$3" 'BEGIN { exit !(value != "" && low <= value && value <= high) }'
}

# expect SPEC down|up LOW HIGH: in Mbit/s
expect() {
	between "$3" "$(rate "$1" "$2")" "$4" ||
		fail "$1: $(rate "$1" "$2") Mbit/s $2, not between $3 and $4: $(cat "$tmp/rates")"
}
