# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Whom this gateway meets: others that use our queues or mark bits, our devices, or a way
# around the queue.
# shellcheck disable=SC2154 # variables are shared with the script

# Rules that are not ours, as "4 -A ..."; from nft, those of tables that iptables does not
# see.
others_rules() {
	for family in $(families); do
		saved "$family" | grep -E '^-A' | grep -vE '^-A nfclass-' | sed "s/^/IPv$family /"
	done
	command -v nft >/dev/null || return 0
	nft list ruleset 2>/dev/null | awk '
		/^table/ { theirs = !($2 ~ /^ip6?$/ && $3 ~ /^(filter|nat|mangle|raw|security)$/)
			table = $2 " " $3 }
		/^\t\t/ && theirs { sub(/^\t\t/, ""); print "nft table " table ": " $0 }'
}

# Does rule $1 queue to one of our numbers?
queues_to_ours() {
	printf '%s\n' "$1" | awk -v first="$queue_first" -v last=$((queue_first + workers - 1)) '
		match($0, /--queue-(num|balance) [0-9]+(:[0-9]+)?|queue( flags [a-z,]+)? (num|to) [0-9]+(-[0-9]+)?/) {
			text = substr($0, RSTART, RLENGTH)
			sub(/.* /, "", text)
			split(text, n, /[:-]/)
			to = n[2] == "" ? n[1] : n[2]
			if (n[1] + 0 <= last && to + 0 >= first)
				found = 1
		}
		END { exit !found }'
}

# Filters on our devices that look at marks or write them.
others_filters() {
	for device in "$lan" "$wan"; do
		for where in "" ingress egress; do
			# shellcheck disable=SC2086 # where may be empty
			tc filter show dev "$device" $where 2>/dev/null | tr -s ' \t' ' ' |
				grep -E ' fw|mark ' | sed "s/^ */tc filter on $device: /"
		done
	done
}

check_queue_rules() {
	while IFS= read -r rule; do
		! queues_to_ours "$rule" ||
			conflict "another rule uses our queues: $rule; set [queue] first to a free number"
	done
}

# Where marks are off their bits are anybody's.
check_mark_rules() {
	while IFS= read -r rule; do
		# shellcheck disable=SC2046 # a list of numbers
		marks_ours $(printf '%s\n' "$rule" | mark_bits) || continue
		if marks_on; then
			conflict "another rule uses our mark bits $mask: $rule; set [mark] mask to free bits"
		else
			echo "note     $rule uses the mark bits $mask, which [mark] would use"
		fi
	done
}

check_rules() {
	others=$(
		others_rules
		ip rule show 2>/dev/null | grep fwmark | sed 's/^/ip rule /'
		ip -6 rule show 2>/dev/null | grep fwmark | sed 's/^/ip -6 rule /'
		others_filters
	)
	check_queue_rules <<-END
		$(printf '%s\n' "$others" | grep -i queue)
	END
	check_mark_rules <<-END
		$(printf '%s\n' "$others" | grep -iE 'mark| fw ')
	END
}

# A queue's port is by custom the number of the process that opened it first.
check_listeners() {
	for queue in $(queues); do
		port=$(queue_line "$queue")
		port=${port%% *}
		[ -n "$port" ] || continue
		name=$(cat "/proc/$port/comm" 2>/dev/null) || continue
		[ "$name" = nfclassd ] ||
			conflict "queue $queue belongs to process $port ($name); set [queue] first to a free number"
	done
}

# Our rules stand last in FORWARD.
check_forward() {
	for family in $(families); do
		rule=$(saved "$family" -t filter | grep -E '^-A FORWARD -j (DROP|REJECT)' | head -n 1)
		[ -z "$rule" ] || conflict "IPv$family: '$rule' stands before our rules: nothing will be forwarded"
	done
}

# The tree needs the root of both devices.
check_trees() {
	marks_on || return 0
	for device in "$lan" "$wan"; do
		tree_stands "$device" || tree_free "$device" 2>/dev/null ||
			conflict "$device has a root qdisc already ($(root_of "$device")): up will not replace it"
	done
}

offloading_rule() {
	! command -v nft >/dev/null || nft list ruleset 2>/dev/null | awk '
		/^table/ { table = $2 " " $3 }
		/flow (add|offload) @/ { sub(/^[ \t]*/, ""); print "nft table " table ": " $0; exit }'
}

# What is offloaded is forwarded without FORWARD: neither labelled, nor shaped, nor blocked.
check_offload() {
	for family in $(families); do
		rule=$(saved "$family" | grep -E -m 1 -- '-j FLOWOFFLOAD')
		[ -z "$rule" ] || conflict "flows are offloaded around the queue: IPv$family $rule"
	done
	rule=$(offloading_rule)
	[ -z "$rule" ] || conflict "flows are offloaded around the queue: $rule"
	for device in "$lan" "$wan"; do
		! tc filter show dev "$device" ingress 2>/dev/null | grep -qw in_hw ||
			conflict "filters of $device run in its hardware, around the queue"
		! ethtool -k "$device" 2>/dev/null | grep -q '^hw-tc-offload: on' ||
			conflict "$device offloads to its hardware: ethtool -K $device hw-tc-offload off"
	done
}
