# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Packet filter rules, in chains of our own that built-in chains jump to.  Our jumps stand
# last: what the owner decides comes first, and nothing of theirs is hidden behind the
# queue, whose verdict ends the chain.
# shellcheck disable=SC2154 # lan, wan, nat, workers, ... come from the script

# All clients of one gateway must hash alike, so the seed is fixed.
CLUSTER_SEED=0x6e66636c

# saved 4|6 [-t TABLE]
saved() {
	case $1 in
	4) shift && iptables-save "$@" ;;
	6) shift && ip6tables-save "$@" ;;
	esac 2>/dev/null
}

# restore 4|6 TEXT
restore() {
	case $1 in
	4) feed "$2" iptables-restore --noflush ;;
	6) feed "$2" ip6tables-restore --noflush ;;
	esac
}

families() {
	echo 4
	! has_ipv6 || echo 6
}

# Tables that are there, as "4 filter".
rules_tables() {
	for family in $(families); do
		saved "$family" | sed -n "s/^\*/$family /p"
	done
}

rules_present() {
	for family in $(families); do
		saved "$family" | grep -q '^:nfclass-' && return
	done
	return 1
}

# unjump FAMILY TABLE: lines that take our jumps out of the built-in chains.
unjump() {
	[ -n "$showing" ] || saved "$1" -t "$2" |
		sed -n 's/^-A \([A-Z]* -j nfclass-[a-z]*\)$/-D \1/p'
}

# jump FAMILY TABLE CHAIN...: declare our chains, empty, and put the jumps last.
jump() {
	jump_family=$1 jump_table=$2
	shift 2
	for chain in "$@"; do
		echo ":nfclass-$chain - [0:0]"
	done
	unjump "$jump_family" "$jump_table"
	for chain in "$@"; do
		built_in=$(echo "$chain" | tr '[:lower:]' '[:upper:]')
		echo "-A $built_in -j nfclass-$chain"
	done
}

# Conntrack sleeps in a namespace until a rule needs it; in IPv6 this is that rule, and
# without it fragments would come one by one and the cluster match would see nothing.
filter_rules() {
	echo '*filter'
	if [ -n "$dhcp_range" ]; then
		jump "$1" filter forward input
		input_rules "$1"
	else
		jump "$1" filter forward
	fi
	! marks_on || block_rules "$1"
	echo "-A nfclass-forward -i $lan -o $wan -j ACCEPT"
	echo "-A nfclass-forward -i $wan -o $lan -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
	echo COMMIT
}

# DHCP and DNS must reach this host, whatever the policy of its INPUT is.
input_rules() {
	case $1 in
	4) server=67 ;;
	6) server=547 ;;
	esac
	echo "-A nfclass-input -i $lan -p udp -m udp --dport $server -j ACCEPT"
	echo "-A nfclass-input -i $lan -p udp -m udp --dport 53 -j ACCEPT"
	echo "-A nfclass-input -i $lan -p tcp -m tcp --dport 53 -j ACCEPT"
}

# block_rules 4|6: blocking alone comes first.  It accepts nothing, and an owner's rule that
# lets established connections pass must not hide them from it.  With nothing to block any
# more, what stood in the chains goes.
block_rules() {
	echo ':nfclass-block - [0:0]'
	echo ':nfclass-reject - [0:0]'
	! blocks || { echo '-I FORWARD 1 -j nfclass-block' && block_chain "$1"; }
}

# What passes between the LAN and the Internet; and what hosts of the LAN send each other by
# the gateway's outer address.
forwarded() {
	echo "-i $lan -o $wan"
	echo "-i $wan -o $lan"
	echo "-i $lan -o $lan"
}

# lan_networks 4|6
lan_networks() {
	networks=$(setting_list gateway.prefixes)
	[ -n "$networks" ] || networks=$(setting_list gateway.lan_address)
	case $1 in
	4) printf '%s\n' "$networks" | grep -v : ;;
	6) printf '%s\n' "$networks" | grep : ;;
	esac
}

# The cluster match hashes where a connection came from, so that both directions of it and
# all connections of a client meet the same worker.  What conntrack does not know (invalid
# packets) the match passes over: that goes to the first.
mangle_rules() {
	echo '*mangle'
	if marks_on; then
		jump "$1" mangle forward postrouting
		echo ':nfclass-down - [0:0]'
		echo ':nfclass-up - [0:0]'
	else
		jump "$1" mangle forward
	fi
	marks_before_queue
	[ "$workers" -eq 1 ] || echo ':nfclass-queue - [0:0]'
	target="NFQUEUE --queue-num $queue_first --queue-bypass"
	[ "$workers" -eq 1 ] || target=nfclass-queue
	forwarded | while read -r way; do
		echo "-A nfclass-forward $way -j $target"
	done
	if [ "$workers" -gt 1 ]; then
		node=1
		while [ "$node" -le "$workers" ]; do
			echo "-A nfclass-queue -m cluster --cluster-total-nodes $workers" \
				"--cluster-local-node $node --cluster-hash-seed $CLUSTER_SEED" \
				"-j NFQUEUE --queue-num $((queue_first + node - 1)) --queue-bypass"
			node=$((node + 1))
		done
		echo "-A nfclass-queue -j NFQUEUE --queue-num $queue_first --queue-bypass"
	fi
	marks_after_queue "$1"
	echo COMMIT
}

# Only the LAN is translated: other networks behind this host are their owner's matter.
nat_rules() {
	case $nat in
	masquerade) target=MASQUERADE ;;
	*) target="SNAT --to-source $nat" ;;
	esac
	echo '*nat'
	jump 4 nat postrouting
	sources=$(lan_networks 4)
	if [ -z "$sources" ]; then
		echo "-A nfclass-postrouting -o $wan -j $target"
	fi
	for source in $sources; do
		echo "-A nfclass-postrouting -s $source -o $wan -j $target"
	done
	echo COMMIT
}

rules_up() {
	text=$(filter_rules 4 && mangle_rules 4)
	if [ "$nat" != off ]; then
		text="$text
$(nat_rules)"
	fi
	restore 4 "$text" || return 1
	has_ipv6 || return 0
	restore 6 "$(filter_rules 6 && mangle_rules 6)"
}

# remove FAMILY TABLE
remove() {
	chains=$(saved "$1" -t "$2" | sed -n 's/^:\(nfclass-[a-z]*\) .*/\1/p')
	[ -n "$chains" ] || return 0
	restore "$1" "*$2
$(unjump "$1" "$2")
$(for chain in $chains; do echo "-F $chain"; done)
$(for chain in $chains; do echo "-X $chain"; done)
COMMIT"
}

# A table that came with our rules stays behind as an empty one; iptables cannot delete it.
remove_empty() {
	noted tables "$1 $2" && return
	left_over=$(saved "$1" -t "$2") || return 0
	printf '%s\n' "$left_over" | grep -qE '^-A|^:[^ ]* (-|DROP)' && return
	printf '%s\n' "$left_over" | grep -q "^\*$2" || return 0
	case $(iptables -V) in
	*nf_tables*) ;;
	*) return 0 ;; # the older back end's tables live as long as their module
	esac
	if ! command -v nft >/dev/null; then
		say "the empty table $2 stays: deleting it needs nft (Debian package nftables)"
		return
	fi
	case $1 in
	4) run nft delete table ip "$2" ;;
	6) run nft delete table ip6 "$2" ;;
	esac
}

rules_down() {
	rc=0
	for table in $(rules_tables | tr ' ' :); do
		remove "${table%:*}" "${table#*:}" || rc=1
		case ${table#*:} in
		filter | mangle | nat) remove_empty "${table%:*}" "${table#*:}" || rc=1 ;;
		esac
	done
	return $rc
}
