#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2086,SC2119 # lists of words
# Marks of real connections, set by their ends as FORWARD shows them: whoever began them
# and whatever NAT does to them, and bits of others stay as they were.
. tests/lib.sh
. tests/lib_daemon.sh
need_root python3
scratch
hosts_up
gateway_by_hand 1
on gateway sh -c 'echo 1 >/proc/sys/net/netfilter/nf_conntrack_acct
	[ -r /proc/net/nf_conntrack ]' || skip "needs /proc/net/nf_conntrack"
# None ends before it is meant to.
on gateway sh -c 'echo 600 | tee /proc/sys/net/netfilter/nf_conntrack_*_timeout* >/dev/null'
# In IPv6 conntrack sleeps until a rule needs it.  Bits of another user of marks:
for family in iptables ip6tables; do
	on gateway $family -t mangle -I PREROUTING -j CONNMARK --set-xmark 0x10a/0xf00001ff ||
		fail "cannot make rules"
done
server_start
on client "$BUILD/tests/hosts/traffic" serve 7000 >"$tmp/serve-client" 2>&1 &
wait_for 5 grep -q ready "$tmp/serve-client" || fail "the client does not serve"

nat() {
	nat_family=$1
	shift
	on gateway "$nat_family" -t nat "$@" || fail "cannot make NAT rules"
}

# connection HOST PROTO ADDRESS PORT: makes one, from the port $own.
connection() {
	case $2 in
	UDP) on "$1" "$BUILD/tests/hosts/traffic" ask "$3" "$4" 3 ;;
	TCP) on "$1" "$BUILD/tests/hosts/traffic" get "$3" "$4" 1000 ;;
	esac >"$tmp/made" 2>&1 || fail "no connection: $(cat "$tmp/made")"
	own=$(sed -n 's/^port //p' "$tmp/made")
}

# known PROTO SOURCE DESTINATION PORT [MORE]: the kernel's line of the last connection; its
# table has no order.
known() {
	on gateway cat /proc/net/nf_conntrack | tr '[:lower:]' '[:upper:]' |
		grep -E "^[^=]* $1 [^=]* SRC=$(full "$2") DST=$(full "$3") SPORT=$own DPORT=$4 ${5:-}"
}

# The kernel's table spells IPv6 addresses out.
full() {
	case $1 in
	*:*) full_end=000${1##*:} full_start=${1%::*} ;;
	*) echo "$1" && return ;;
	esac
	case $full_start in
	fd00:12) full_start=FD00:0012:0000 ;;
	2001:db8:113) full_start=2001:0DB8:0113 ;;
	esac
	echo "$full_start:0000:0000:0000:0000:00${full_end#"${full_end%??}"}"
}

# value LINE NAME: its first value there.
value() {
	printf '%s\n' "$1" | grep -oE "(^| )$2=[0-9A-F:.]+" | head -n 1 | sed 's/.*=//'
}

# set_mark PROTO CLIENT PORT SERVER PORT VALUE MASK: as $how says, set or search.
how='set'
set_mark() {
	echo "$*" | on gateway "$BUILD/tests/tool_ctmark" $how >"$tmp/set" 2>&1 ||
		fail "cannot set marks: $(cat "$tmp/set")"
}

# marked WHAT PROTO SOURCE DESTINATION PORT | CLIENT CLIENT_PORT SERVER SERVER_PORT: the
# connection that began as the first line says is marked by the view of the second, where
# "sport" stands for the port that its first packet came from.
marked() {
	marked_what=$1 marked_as="$2 $3 $4 $5"
	line=$(known "$2" "$3" "$4" "$5")
	[ -n "$line" ] || fail "$marked_what: no connection: $(on gateway cat /proc/net/nf_conntrack)"
	marked_proto=$2
	sport=$(value "$line" SPORT)
	shift 5
	view=$(echo "$*" | sed "s/sport/$sport/")
	# Bits outside the mask are set in the value: they must not matter.
	set_mark "$marked_proto" $view 0xf5000fff 0x0f000000
	grep -q '^set=1 gone=0 failed=0$' "$tmp/set" || fail "$marked_what: $(cat "$tmp/set"): $line"
	# shellcheck disable=SC2086 # the words of the connection
	line=$(known $marked_as)
	[ "$(value "$line" MARK)" = $((0x0500010a)) ] || fail "$marked_what: $line"
	looked "$marked_what" "$line"
}

# looked WHAT LINE: what we were told agrees with what the kernel's table says.
looked() {
	bytes=$(printf '%s\n' "$2" | grep -oE 'BYTES=[0-9]+' | sed 's/.*=//' | tr '\n' ' ')
	told=$(sed -n 's|^seen .* mark=0x500010a sent=[0-9]*/\([0-9]*\) rcvd=[0-9]*/\([0-9]*\)$|\1 \2 |p' "$tmp/set")
	[ "$bytes" = "$told" ] || fail "$1: the kernel counts $bytes, we were told $(cat "$tmp/set")"
}

routed() {
	for proto in TCP UDP; do
		connection client $proto 203.0.113.2 7000
		marked "$proto over IPv4" $proto 192.168.12.2 203.0.113.2 7000 \
			192.168.12.2 sport 203.0.113.2 7000
		connection client $proto 2001:db8:113::2 7000
		marked "$proto over IPv6" $proto fd00:12::2 2001:db8:113::2 7000 \
			fd00:12::2 sport 2001:db8:113::2 7000
		connection server $proto 192.168.12.2 7000
		marked "$proto from the server" $proto 203.0.113.2 192.168.12.2 7000 \
			192.168.12.2 7000 203.0.113.2 sport
	done
}


not_there() {
	how='search'
	set_mark TCP 192.168.12.2 1 203.0.113.2 7000 0x05000000 0x0f000000
	grep -q '^set=0 gone=1 failed=0$' "$tmp/set" || fail "not there: $(cat "$tmp/set")"
}

masqueraded() {
	nat iptables -A POSTROUTING -o wan -j MASQUERADE
	nat ip6tables -A POSTROUTING -o wan -j MASQUERADE
	for proto in TCP UDP; do
		connection client $proto 203.0.113.2 7000
		marked "$proto behind masquerade" $proto 192.168.12.2 203.0.113.2 7000 \
			192.168.12.2 sport 203.0.113.2 7000
		connection client $proto 2001:db8:113::2 7000
		marked "$proto behind masquerade, IPv6" $proto fd00:12::2 2001:db8:113::2 7000 \
			fd00:12::2 sport 2001:db8:113::2 7000
	done
	nat iptables -F
	nat ip6tables -F
}

# A port of the gateway's own address leads to the client.
forwarded() {
	for proto in tcp udp; do
		upper=$(echo $proto | tr '[:lower:]' '[:upper:]')
		nat iptables -A PREROUTING -i wan -p $proto --dport 7100 -j DNAT --to-destination 192.168.12.2:7000
		nat ip6tables -A PREROUTING -i wan -p $proto --dport 7100 -j DNAT --to-destination '[fd00:12::2]:7000'
		connection server $upper 203.0.113.1 7100
		marked "$upper forwarded" $upper 203.0.113.2 203.0.113.1 7100 \
			192.168.12.2 7000 203.0.113.2 sport
		connection server $upper 2001:db8:113::1 7100
		marked "$upper forwarded, IPv6" $upper 2001:db8:113::2 2001:db8:113::1 7100 \
			fd00:12::2 7000 2001:db8:113::2 sport
	done
	nat iptables -F
	nat ip6tables -F
}

# What the client asks for is elsewhere: only replies, turned around, look like FORWARD.
redirected() {
	for proto in tcp udp; do
		upper=$(echo $proto | tr '[:lower:]' '[:upper:]')
		nat iptables -A PREROUTING -i lan -p $proto --dport 7200 -j DNAT --to-destination 203.0.113.2:7000
		nat ip6tables -A PREROUTING -i lan -p $proto --dport 7200 -j DNAT --to-destination '[2001:db8:113::2]:7000'
		connection client $upper 203.0.113.77 7200
		marked "$upper redirected" $upper 192.168.12.2 203.0.113.77 7200 \
			192.168.12.2 sport 203.0.113.2 7000
		connection client $upper 2001:db8:113::77 7200
		marked "$upper redirected, IPv6" $upper fd00:12::2 2001:db8:113::77 7200 \
			fd00:12::2 sport 2001:db8:113::2 7000
	done
	nat iptables -F
	nat ip6tables -F
}

# Source and destination: out, and back to the LAN that it came from.
both_ways() {
	how='search'
	nat iptables -A POSTROUTING -j MASQUERADE
	nat ip6tables -A POSTROUTING -j MASQUERADE
	for proto in tcp udp; do
		upper=$(echo $proto | tr '[:lower:]' '[:upper:]')
		nat iptables -A PREROUTING -p $proto --dport 7200 -j DNAT --to-destination 203.0.113.2:7000
		nat ip6tables -A PREROUTING -p $proto --dport 7200 -j DNAT --to-destination '[2001:db8:113::2]:7000'
		nat iptables -A PREROUTING -p $proto --dport 7300 -j DNAT --to-destination 192.168.12.2:7000
		nat ip6tables -A PREROUTING -p $proto --dport 7300 -j DNAT --to-destination '[fd00:12::2]:7000'
		connection client $upper 203.0.113.77 7200
		marked "$upper redirected behind masquerade" $upper 192.168.12.2 203.0.113.77 7200 \
			192.168.12.2 sport 203.0.113.2 7000
		connection client $upper 203.0.113.1 7300
		marked "$upper hairpin" $upper 192.168.12.2 203.0.113.1 7300 \
			192.168.12.2 sport 192.168.12.2 7000
		connection server $upper 192.168.12.77 7300
		marked "$upper from the server" $upper 203.0.113.2 192.168.12.77 7300 \
			192.168.12.2 7000 203.0.113.2 sport
		connection client $upper 2001:db8:113::1 7300
		marked "$upper hairpin, IPv6" $upper fd00:12::2 2001:db8:113::1 7300 \
			fd00:12::2 sport fd00:12::2 7000
	done
	nat iptables -F
	nat ip6tables -F
}

# Those with our mark, in both families, and not those without.
listed() {
	on gateway "$BUILD/tests/tool_ctmark" list 0x05000000 0x0f000000 >"$tmp/list" ||
		fail "cannot list connections"
	marks=$(on gateway grep -c ' mark=83886346 ' /proc/net/nf_conntrack)
	[ "$marks" -gt 5 ] || fail "too few connections"
	[ "$(wc -l <"$tmp/list")" -eq "$marks" ] ||
		fail "$marks connections have our mark, we were told $(cat "$tmp/list")"
	for view in 'TCP 192.168.12.2 [0-9]* 203.0.113.2 7000' 'TCP fd00:12::2 [0-9]* 2001:db8:113::2 7000'; do
		grep -q "^seen $view mark=0x500010a " "$tmp/list" || fail "$view is missing: $(cat "$tmp/list")"
	done
	on gateway "$BUILD/tests/tool_ctmark" list 0x06000000 0x0f000000 >"$tmp/list"
	[ ! -s "$tmp/list" ] || fail "a mark that nobody has: $(cat "$tmp/list")"
}

# foreign FAMILY PROTO DATA ADDRESS: the client sends what is neither TCP nor UDP, with a
# mark like other connections.
foreign() {
	case $1 in
	4) foreign_rules=iptables ;;
	6) foreign_rules=ip6tables ;;
	esac
	on gateway $foreign_rules -t mangle -A PREROUTING -p "$2" \
		-j CONNMARK --set-xmark 0x01000000/0x0f000000 || fail "cannot make rules"
	on client python3 - "$@" <<-'PY' || fail "cannot send $2"
	import socket, sys
	family = socket.AF_INET if sys.argv[1] == '4' else socket.AF_INET6
	s = socket.socket(family, socket.SOCK_RAW, int(sys.argv[2]))
	s.sendto(bytes.fromhex(sys.argv[3]), (sys.argv[4], 0))
	PY
}

# Those that have such marks.
foreign_marked() {
	on gateway cat /proc/net/nf_conntrack | grep -vE ' (tcp|udp) ' | grep -c ' mark=16777482 '
}

all_foreign_marked() {
	[ "$(foreign_marked)" -eq 6 ]
}

# Echo requests, GRE, and ESP, which has no ports at all.
foreigners() {
	foreign 4 1 0800f7f900050001 203.0.113.2
	foreign 6 58 8000000000050001 2001:db8:113::2
	foreign 4 47 0000080045000000 203.0.113.2
	foreign 6 47 0000080045000000 2001:db8:113::2
	foreign 4 50 0000000500000001 203.0.113.2
	foreign 6 50 0000000500000001 2001:db8:113::2
	wait_for 5 all_foreign_marked || fail "$(foreign_marked) are marked: $(on gateway cat /proc/net/nf_conntrack)"
}

# nfclassd takes its bits off everything, and nobody else's; the later one finds nothing.
cleared() {
	foreigners
	printf '[mark]\nmask = 0x0f000000\nskip_bit = 0x10000000\n' >"$tmp/nfclass.ini"
	connection client TCP 203.0.113.2 7000
	set_mark TCP 192.168.12.2 "$own" 203.0.113.2 7000 0x10000000 0x10000000
	clear_marks
	grep -qE 'marks of [1-9][0-9]* connections' "$tmp/cleared" || fail "$(cat "$tmp/cleared")"
	on gateway cat /proc/net/nf_conntrack >"$tmp/table"
	grep -qE ' mark=[0-9]{4,}' "$tmp/table" && fail "our bits stay: $(cat "$tmp/table")"
	grep -q ' mark=266 ' "$tmp/table" || fail "others' bits went: $(cat "$tmp/table")"
	clear_marks
	grep -q 'marks of 0 connections' "$tmp/cleared" || fail "$(cat "$tmp/cleared")"
}

clear_marks() {
	on gateway "$BUILD/nfclassd" -c "$tmp/nfclass.ini" --clear-marks >"$tmp/cleared" 2>&1 ||
		fail "cannot clear marks: $(cat "$tmp/cleared")"
}

# Whoever reads the table clears out what is over.
told_end() {
	on gateway cat /proc/net/nf_conntrack >/dev/null
	grep -qE "^ended $1$" "$tmp/ended"
}

# The end is told with the last counters, only of what has our mark.
ended() {
	how='set'
	on gateway "$BUILD/tests/tool_ctmark" watch 0x0f000000 >"$tmp/ended" 2>&1 &
	wait_for 5 grep -q ready "$tmp/ended" || fail "nobody watches: $(cat "$tmp/ended")"
	on gateway sh -c 'echo 10 | tee /proc/sys/net/netfilter/nf_conntrack_udp_timeout* >/dev/null'
	for address in 203.0.113.2 2001:db8:113::2; do
		connection client UDP $address 7000 # its mark stays as it is
		connection client UDP $address 7000
		line=$(known UDP $1 $address 7000 'PACKETS=3 .* MARK=266 ')
		set_mark UDP $1 "$own" $address 7000 0x05000000 0x0f000000
		grep -q '^set=1 gone=0 failed=0$' "$tmp/set" || fail "the end came first: $(cat "$tmp/set")"
		bytes=$(printf '%s\n' "$line" | grep -oE 'BYTES=[0-9]+' | sed 's/.*=//' | tr '\n' ' ')
		# shellcheck disable=SC2086 # two numbers
		set -- "$2" "" $bytes
		wait_for 60 told_end "UDP .* $address 7000 mark=0x500010a sent=3/$3 rcvd=3/$4" ||
			fail "the end was not told, $line: $(cat "$tmp/ended")"
	done
	[ "$(grep -c ended "$tmp/ended")" -eq 2 ] || fail "others' ends were told: $(cat "$tmp/ended")"
}

routed
masqueraded
forwarded
redirected
both_ways
listed
not_there
ended 192.168.12.2 fd00:12::2
cleared
