# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What each app does: connections by their marks, bytes and rates.  Those come from an app's
# class, where it has one to itself, since only the tree knows what it let through; of the
# others, rules count what they sent into the tree.
# shellcheck disable=SC2034,SC2154 # variables are shared with the script

# connections: lines "conn VALUE COUNT", and of those that leave before the queue "skip COUNT".
connections() {
	{ cat /proc/net/nf_conntrack 2>/dev/null || conntrack -L 2>/dev/null; } |
		awk -v unit=$((mask & -mask)) -v most=$((mask / (mask & -mask))) -v skip=$((${skip:-0})) '
		match($0, / mark=[0-9]+/) {
			mark = substr($0, RSTART + 6, RLENGTH - 6)
			count[int(mark / unit) % (most + 1)]++
			if (skip && int(mark / skip) % 2)
				skipped++
		}
		END {
			for (value in count)
				print "conn", value, count[value]
			print "skip", skipped + 0
		}'
}

# rule_counts: lines "rule CHAIN MARK BYTES PACKETS", for each family.
rule_counts() {
	for family in $(families); do
		for table in mangle filter; do
			saved "$family" -c -t $table | awk '
				/ -A nfclass-(down|up|block) .*--mark / && !/! --mark/ {
					split(substr($1, 2), n, /[:\]]/)
					sub(/nfclass-/, "", $3)
					for (i = 4; i < NF; i++)
						if ($i == "--mark")
							print "rule", $3, $(i + 1), n[2], n[1]
				}'
		done
	done
}

# class_counts: lines "class WAY CLASS BYTES DROPS".  The drops are those of its queue: a class
# does not see that one took a superpacket in part.
class_counts() {
	for way in "down $lan" "up $wan"; do
		tc -s qdisc show dev "${way#* }" 2>/dev/null | awk -v way="${way% *}" '
			$1 == "qdisc" {
				split("", id)
				if (match($0, / parent [^ ]+/))
					split(substr($0, RSTART, RLENGTH), id, ":")
			}
			$1 == "Sent" && (2 in id) { gsub(/[^0-9]/, "", $7); print "class", way, id[2], $2, $7 }'
	done
}

counts() {
	cut -d ' ' -f 1 /proc/uptime | sed 's/^/time /'
	rule_counts
	class_counts
}

# app_marks: lines "app VALUE MARK NAME", and "own WAY VALUE CLASS" for those with a class.
app_marks() {
	classes down | while read -r value mark _ name; do
		printf 'app %s 0x%x/%s %s\n' "$value" $((mark)) "$mask" "$name"
	done
	! acks_apart || echo "app acks - acknowledgements"
	for way in down up; do
		! acks_apart || echo "own $way acks $ACK_CLASS"
		classes $way | awk -v way=$way -v rest="$REST_CLASS" '$3 != rest { print "own", way, $1, $3 }'
	done
}

# apps_table: from app_marks, connections and two times counts on standard input.
apps_table() {
	awk '
	function rate(now, before, bits) {
		bits = 8 * (now - before) / (times[2] - times[1])
		if (bits >= 1e6)
			return sprintf("%.2f Mbit/s", bits / 1e6)
		return sprintf("%.1f kbit/s", bits / 1e3)
	}
	# The figure that is the app its own.
	function bytes(i, way, turn) {
		if ((turn, way, own[way, value[i]]) in class_bytes)
			return class_bytes[turn, way, own[way, value[i]]]
		return rule_bytes[turn, way, mark[i]]
	}
	function drops(i) {
		return blocked[mark[i]] + class_drops["down", own["down", value[i]]] \
			+ class_drops["up", own["up", value[i]]]
	}
	$1 == "app" {
		value[++n] = $2; mark[n] = $3
		sub(/^app [^ ]+ [^ ]+ /, "")
		name[n] = $0
	}
	$1 == "own" { own[$2, $3] = $4 }
	$1 == "conn" { conn[$2] = $3 }
	$1 == "skip" { skipped = $2 }
	$1 == "time" { times[++turn] = $2 }
	$1 == "rule" && $2 != "block" { rule_bytes[turn, $2, $3] += $4 }
	$1 == "rule" && $2 == "block" && turn == 2 { blocked[$3] += $5 }
	$1 == "class" { class_bytes[turn, $2, $3] = $4; class_drops[$2, $3] = $5 }
	END {
		if (times[2] <= times[1])
			times[2] = times[1] + 1
		form = "  %-16s %5s %11s %14s %14s %14s %14s %8s\n"
		printf form, "app", "mark", "connections", "down", "up", "bytes down", "bytes up", "drops"
		for (i = 1; i <= n; i++)
			printf form, name[i], value[i] + 0 ? value[i] : "-", conn[value[i]] + 0,
				rate(bytes(i, "down", 2), bytes(i, "down", 1)),
				rate(bytes(i, "up", 2), bytes(i, "up", 1)),
				sprintf("%.0f", bytes(i, "down", 2)), sprintf("%.0f", bytes(i, "up", 2)),
				sprintf("%.0f", drops(i))
		if (skipped)
			printf "  %d connections pass beside the queue\n", skipped
	}'
}

# A second of traffic tells the rates.
apps_status() {
	for device in "$lan" "$wan"; do
		tree_stands "$device" || { echo "shaping: no tree on $device" && return 1; }
	done
	leaf=$(tc qdisc show dev "$lan" parent "$TREE:$REST_CLASS" | awk '{ print $2; exit }')
	[ "$leaf" != tbf ] || leaf=bfifo
	shape_tell
	{
		app_marks
		connections
		counts
		sleep 1
		counts
	} | apps_table
}
