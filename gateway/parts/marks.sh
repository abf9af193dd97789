# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a label does to a connection: the daemon decides on a mark, the rules act on it.
# Its words, from `nfclassd -T --marks`, are kept as $policy, after a line with what the
# link carries:
#
#   link down=20000000 up=5000000 skip_labelled=3
#   mask=0x0f000000 skip=0x10000000 save=verdict deciding=0x01000000
#   value=4 mark=0x04000000 action=shape down=5000000 down_ceil=5000000 ... name=Youtube
#
# Where marks are off the daemon has nothing to say.
# shellcheck disable=SC2034,SC2154 # variables are shared with the script

# HTB's handle on both devices.  Classes: 1 the link, 2 what has none of its own, 3 bare
# acknowledgements, and 16 and a mark's value for its shape.
TREE='fc'
LINK_CLASS=1
REST_CLASS=2
ACK_CLASS=3
# What has no shape borrows in the middle of the order.
REST_PRIO=4

# rate_bits RATE: bits a second; 0 for an unknown rate.
rate_bits() {
	awk -v rate="$1" 'BEGIN {
		unit = rate
		sub(/^[0-9.]+/, "", unit)
		factor["gbit"] = 1e9; factor["mbit"] = 1e6; factor["kbit"] = 1e3
		printf "%.0f\n", rate * (unit in factor ? factor[unit] : 1)
	}'
}

# read_policy: into $policy.
read_policy() {
	marks=$("$daemon" -T --marks ${conf:+-c "$conf"}) || exit 1
	policy="link down=$(rate_bits "$(setting gateway.down)") \
up=$(rate_bits "$(setting gateway.up)") skip_labelled=$(setting queue.skip_labelled 0)
$marks"
}

# policy_word NAME: of the first two lines.
policy_word() {
	printf '%s\n' "$policy" | awk -v name="$1" '
		/^value=/ { next }
		{
			for (i = 1; i <= NF; i++)
				if (index($i, name "=") == 1)
					print substr($i, length(name) + 2)
		}'
}

# take_policy: what rules need of it.
take_policy() {
	marks=$(policy_word mask)
	mask=$(printf '0x%x' $((${marks:-0x0f000000})))
	skip=
	! marks_on || [ "$(policy_word skip_labelled)" = 0 ] || skip=$(policy_word skip)
}

marks_on() {
	[ -n "$marks" ]
}

# values: a line for every mark, with tabs between VALUE MARK ACTION DOWN DOWN_CEIL UP
# UP_CEIL PRIO NAME.
values() {
	printf '%s\n' "$policy" | awk -v OFS='\t' '
		function word(key, none) {
			if (!match($0, " " key "=[^ ]+"))
				return none
			return substr($0, RSTART + length(key) + 2, RLENGTH - length(key) - 2)
		}
		/^value=/ {
			$0 = " " $0
			name = $0
			sub(/^.* name=/, "", name)
			print word("value"), word("mark"), word("action"), word("down", 0), word("down_ceil", 0),
				word("up", 0), word("up_ceil", 0), word("prio", 4), name
		}'
}

# classes down|up: lines "VALUE MARK CLASS NAME".  A shape that says nothing of this way, and
# wants no other place in the order, is treated there as if it were none.
classes() {
	values | awk -F '\t' -v way="$1" -v rest=$REST_CLASS -v rest_prio=$REST_PRIO '
		{
			rate = way == "down" ? $4 : $6
			own = $3 == "shape" && (rate > 0 || $8 != rest_prio)
			print $1, $2, own ? sprintf("%x", 16 + $1) : rest, $9
		}'
}

# A connection that is new to us is "deciding".  Those that the daemon knows by now may
# leave before its queue.
marks_before_queue() {
	marks_on || return 0
	forwarded | while read -r way; do
		echo "-A nfclass-forward $way -m connmark --mark 0x0/$mask" \
			"-j CONNMARK --set-xmark $(policy_word deciding)/$mask"
	done
	[ -z "$skip" ] || echo "-A nfclass-forward -m connmark --mark $skip/$skip -j RETURN"
}

# marks_after_queue 4|6: save what the verdict said, and put each connection into its class.
# What this host sends to its own LAN has no mark and stays outside of the tree, as does what
# never left the LAN.  A rule without a target counts.
marks_after_queue() {
	marks_on || return 0
	[ "$(policy_word save)" != verdict ] ||
		echo "-A nfclass-postrouting -m mark ! --mark 0x0/$mask" \
			"-j CONNMARK --save-mark --nfmask $mask --ctmask $mask"
	lan_networks "$1" | while read -r network; do
		echo "-A nfclass-postrouting -o $lan -m conntrack --ctstate DNAT --ctorigsrc $network -j RETURN"
	done
	echo "-A nfclass-postrouting -o $lan -m connmark ! --mark 0x0/$mask -j nfclass-down"
	echo "-A nfclass-postrouting -o $wan -m connmark ! --mark 0x0/$mask -j nfclass-up"
	for chain in down up; do
		echo "-A nfclass-$chain -j CLASSIFY --set-class $TREE:$REST_CLASS"
		classes $chain | while read -r _ mark class _; do
			target=
			[ "$class" = $REST_CLASS ] || target="-j CLASSIFY --set-class $TREE:$class"
			echo "-A nfclass-$chain -m connmark --mark $mark/$mask $target"
		done
		! acks_apart || ack_rules "$1" $chain
	done
}

# ack_rules 4|6 CHAIN: acknowledgements, of whoever sends little else.  One that overtook its
# own connection's data would make that look old: its receiver takes no time stamp from it
# (RFC 7323, 4.3), echoes one from long ago, and its sender takes each loss for a false alarm
# (RFC 3522) and waits seconds for a time-out.
ack_rules() {
	for dir in ORIGINAL REPLY; do
		echo "-A nfclass-$2 -p tcp -m length --length 0:$(bare "$1")" \
			"-m tcp --tcp-flags SYN,FIN,RST,ACK ACK -m conntrack --ctdir $dir" \
			"-m connbytes --connbytes 0:$MEAN_BARE --connbytes-mode avgpkt" \
			"--connbytes-dir $(echo $dir | tr '[:upper:]' '[:lower:]')" \
			"-j CLASSIFY --set-class $TREE:$ACK_CLASS"
	done
}

# block_chain 4|6: name service, plain and over TLS, and DHCP that is relayed go on in every
# case.
#
# REJECT tells the sender of a packet, and both ends must hear.  So whoever acknowledges is
# reset, which ends that socket; the other one, still without an answer, sends again, and that
# must pass for the dead end to answer with a reset of its own.  A few packets with data a
# second suffice for it; without acknowledgements they carry nothing further.
block_chain() {
	for port in 53 853 67 547; do
		echo "-A nfclass-block -m conntrack --ctorigdstport $port -j RETURN"
	done
	values | while read -r _ mark action _; do
		[ "$action" != block ] ||
			echo "-A nfclass-block -m connmark --mark $mark/$mask -j nfclass-reject"
	done
	reset="-j REJECT --reject-with tcp-reset"
	echo "-A nfclass-reject -p tcp -m tcp --tcp-flags RST RST -j RETURN"
	echo "-A nfclass-reject -p tcp -m tcp --tcp-flags SYN,ACK SYN $reset"
	echo "-A nfclass-reject -p tcp -m tcp --tcp-flags SYN,FIN,ACK ACK -m length --length 0:$(bare "$1") $reset"
	echo "-A nfclass-reject -p tcp -m hashlimit --hashlimit-upto 10/sec --hashlimit-burst 5" \
		"--hashlimit-mode srcip,srcport,dstip,dstport --hashlimit-name nfclass$1 -j RETURN"
	echo "-A nfclass-reject -j DROP"
}

# Packets that are shorter than that in the mean are acknowledgements and now and then a request.
MEAN_BARE=200

# bare 4|6: the longest packet of TCP that can be without data.
bare() {
	case $1 in
	4) echo 80 ;;
	6) echo 100 ;;
	esac
}

blocks() {
	marks_on && values | cut -f 3 | grep -qx block
}

# Marks stay in connections that go on; without our rules they mean nothing to anybody, and
# whoever gets the bits next must not find them.
marks_down() {
	marks_on || return 0
	find_daemon || { say "marks of connections stay: there is no nfclassd to clear them" && return; }
	put "$state/clear.ini" "[mark]
mask = $mask
skip_bit = $(policy_word skip)" || return 1
	run "$daemon" --clear-marks -c "$state/clear.ini" || say "marks of connections stay"
	[ -z "$(daemon_pids)" ] ||
		say "nfclassd is running: what it labels gets marks until it ends"
}
