# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two HTB trees, what goes to the LAN on its device and what leaves on the WAN's.  The root
# has the link's rate, each shape a class below it, and all that has no shape another one.
# A class is served from its own rate whatever the others do, and above that borrows what
# the link has left: smaller `prio` first, and the same `prio` in proportion to ceilings.
# shellcheck disable=SC2154 # lan, wan, policy, ... come from the script

# Of a link whose rate nobody told: so much that it never binds.
NO_LIMIT=40000000000

# A class that takes more than 10 ms for a superpacket is slow.
SLOW=52000000
# TBF cuts superpackets that are longer than its burst; this rate never binds.
CUT='tbf rate 1tbit burst 9000'

# link_rate down|up: bits a second.
link_rate() {
	told=$(policy_word "$1" | head -n 1)
	[ "$told" -gt 0 ] && echo "$told" || echo $NO_LIMIT
}

# wishes down|up LINK: what shapes ask for, lines "CLASS RATE CEIL PRIO".  One that says
# nothing of this way has its place in the order, and enough not to starve.
wishes() {
	values | awk -F '\t' -v way="$1" -v link="$2" -v rest_prio="$REST_PRIO" '
		{
			rate = way == "down" ? $4 : $6
			ceil = way == "down" ? $5 : $7
			if ($3 != "shape" || (rate == 0 && $8 == rest_prio))
				next
			if (ceil == 0 || ceil + 0 > link + 0)
				ceil = link
			if (rate == 0)
				rate = link / 100
			if (rate + 0 > ceil + 0)
				rate = ceil
			printf "%x %.0f %.0f %d\n", 16 + $1, rate, ceil, $8
		}'
}

# promised down|up LINK: per mille of their rates that shapes can be promised, 10 % of the
# link being for the rest.  HTB would keep promises beyond the link's rate, and the
# queue of the link itself would fill.
promised() {
	wishes "$1" "$2" | awk -v link="$2" '
		{ sum += $2 }
		END { print(sum > .9 * link ? int(900 * link / sum) : 1000) }'
}

# plan down|up: lines "CLASS PARENT RATE CEIL PRIO", the link first.
plan() {
	link=$(link_rate "$1")
	echo "$LINK_CLASS 0 $link $link 0"
	echo "$REST_CLASS $LINK_CLASS $((link / 20)) $link $REST_PRIO"
	! acks_apart || echo "$ACK_CLASS $LINK_CLASS $((link / 20)) $link 1"
	wishes "$1" "$link" | awk -v parent="$LINK_CLASS" -v share="$(promised "$1" "$link")" '
		{ printf "%s %s %.0f %.0f %d\n", $1, parent, $2 * share / 1000, $3, $4 }'
}

# bucket RATE: what may be sent at once, 5 ms of the rate and no less than ten packets: a
# timer that comes late costs nothing, and nobody waits long behind it.
bucket() {
	[ $(($1 / 1600)) -gt 15140 ] && echo $(($1 / 1600)) || echo 15140
}

# quantum CEIL: bytes in a row while several borrow, 10 ms of the ceiling within bounds.
quantum() {
	bytes=$(($1 / 800))
	[ $bytes -gt 1514 ] || bytes=1514
	[ $bytes -lt 60000 ] || bytes=60000
	echo $bytes
}

# has_qdisc WORDS: asked in a network namespace that ends with the question.
has_qdisc() {
	# shellcheck disable=SC2086 # a list of words
	unshare --net tc qdisc add dev lo root $1 >/dev/null 2>&1
}

# The queue of a class: one that is fair among flows, where the kernel has one.
leaf_find() {
	leaf='' cut=''
	for kind in fq_codel cake sfq; do
		if has_qdisc $kind; then
			leaf=$kind
			return
		fi
	done
	leaf=bfifo
	! has_qdisc "$CUT limit 15140" || cut=$CUT
}

# Where a queue has no view of flows, an upload would starve while its acknowledgements wait
# behind the download of the same class, and the other way round.
acks_apart() {
	[ "${leaf:-}" = bfifo ]
}

# leaf_words CEIL: the queue of a class.
leaf_words() {
	case $leaf in
	fq_codel)
		# A packet must fit into the target (tc-fq_codel(8)).
		target=$((18168000 / $1 + 1))
		[ $target -gt 5 ] || target=5
		echo "fq_codel target ${target}ms interval $((95 + target))ms" ;;
	cake) echo "cake unlimited besteffort flows" ;;
	sfq) echo "sfq perturb 10" ;;
	bfifo) fifo_words "$1" ;;
	esac
}

# fifo_words CEIL: without a view of flows.  A superpacket of 64 KiB would stop a slow class for
# long and be lost whole, so it is cut, and the queue is 25 ms and no less than ten packets:
# acknowledgements of connections that send much both ways wait in it.  Elsewhere it is 100 ms,
# but no less than a superpacket and what comes beside it, and no more than a gigabit link
# needs.
fifo_words() {
	if [ -n "$cut" ] && [ "$1" -lt $SLOW ]; then
		limit=$(($1 / 320))
		[ $limit -gt 15140 ] || limit=15140
		echo "$cut limit $limit"
		return
	fi
	limit=$(($1 / 80))
	[ $limit -gt 98304 ] || limit=98304
	[ $limit -lt 12500000 ] || limit=12500000
	echo "bfifo limit $limit"
}

rate_text() {
	awk -v rate="$1" 'BEGIN {
		if (rate >= 1e9) printf "%.4g Gbit/s", rate / 1e9
		else if (rate >= 1e6) printf "%.4g Mbit/s", rate / 1e6
		else printf "%.4g kbit/s", rate / 1e3
	}'
}

# root_of DEVICE: kind and handle of its queueing discipline.
root_of() {
	tc qdisc show dev "$1" 2>/dev/null | awk '/ root / { print $2, $3; exit }'
}

tree_stands() {
	[ -z "$showing" ] && [ "$(root_of "$1")" = "htb $TREE:" ]
}

# classes_of DEVICE: numbers of the classes that are there.
classes_of() {
	! tree_stands "$1" || tc class show dev "$1" | sed -n "s/^class htb $TREE:\([0-9a-f]*\) .*/\1/p"
}

# tree_class DEVICE CLASS PARENT RATE CEIL PRIO: made, or altered where it is there.
tree_class() {
	verb=add
	! classes_of "$1" | grep -qx "$2" || verb=change
	parent=$TREE:$3
	[ "$3" != 0 ] || parent=$TREE:
	run tc class $verb dev "$1" parent "$parent" classid "$TREE:$2" htb \
		rate "$4bit" burst "$(bucket "$4")" ceil "$5bit" cburst "$(bucket "$5")" \
		prio "$6" quantum "$(quantum "$5")" || return 1
	[ "$3" != 0 ] || return 0
	# shellcheck disable=SC2046 # a list of words
	run tc qdisc replace dev "$1" parent "$TREE:$2" $(leaf_words "$5")
}

# tree_up DEVICE down|up DEFAULT: packets without a class go to DEFAULT, or with 0 around
# the tree.
tree_up() {
	if ! tree_stands "$1"; then
		tree_free "$1" || return 1
		note trees "$1" || return 1
		run tc qdisc add dev "$1" root handle "$TREE:" htb default "$3" direct_qlen 1000 || return 1
	fi
	plan "$2" | {
		while read -r class parent rate ceil prio; do
			tree_class "$1" "$class" "$parent" "$rate" "$ceil" "$prio" || exit 1
		done
	}
}

# A root that somebody set is theirs; those that the kernel gives have no number.
tree_free() {
	[ -z "$showing" ] || return 0
	set -- "$1" "$(root_of "$1")"
	case $2 in
	'' | *' 0:') ;;
	*)
		say "$1 has a root qdisc already ($2), which up will not replace"
		return 1
		;;
	esac
}

# tree_prune DEVICE down|up: classes of shapes that are no more.
tree_prune() {
	wanted=$(plan "$2" | cut -d ' ' -f 1)
	for class in $(classes_of "$1"); do
		printf '%s\n' "$wanted" | grep -qx "$class" ||
			run tc class del dev "$1" classid "$TREE:$class" || return 1
	done
}

# shape_tell: what the trees are, for people.
shape_tell() {
	for way in "down $lan" "up $wan"; do
		link=$(link_rate "${way% *}")
		share=$(promised "${way% *}" "$link")
		if [ "$link" = $NO_LIMIT ]; then
			echo "${way% *} by ${way#* }: no rate is set in [gateway], so priorities mean nothing"
		else
			echo "${way% *} by ${way#* }: $(rate_text "$link"), queues are $leaf"
		fi
		[ "$share" -eq 1000 ] ||
			echo "${way% *}: shapes ask for more than the link has, and are promised $((share / 10)) % of it"
	done
	[ "$leaf" != bfifo ] ||
		echo "this kernel has no fq_codel, cake or sfq: flows of one class share one queue"
}

# Classes stand before rules send anybody there, and go after the last rule that does.
shape_up() {
	marks_on || return 0
	leaf_find
	tree_up "$lan" down 0 && tree_up "$wan" up "$REST_CLASS"
}

shape_prune() {
	! marks_on || { tree_prune "$lan" down && tree_prune "$wan" up; }
}

shape_down() {
	[ -f "$state/trees" ] || return 0
	rc=0
	while read -r device; do
		! tree_stands "$device" || run tc qdisc del dev "$device" root || rc=1
	done <"$state/trees"
	return $rc
}
