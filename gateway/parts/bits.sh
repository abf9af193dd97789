# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which bits of a mark a rule is about, whoever wrote it: iptables, ip, nft or tc.
# shellcheck disable=SC2154 # mask and skip come from the script

# mark_bits: of each rule on standard input the bits that it compares or writes in packet or
# connection marks, as numbers, ~ before one for all but these; an empty line for none.
mark_bits() {
	awk '
		# Of VALUE/MASK the mask; a value alone is about all bits.
		function masked(text) {
			return text ~ /\// ? substr(text, index(text, "/") + 1) : "0xffffffff"
		}
		# The number that follows what matches, or "".
		function number(what, text) {
			if (!match($0, what " (0x)?[0-9a-f]+"))
				return ""
			text = substr($0, RSTART, RLENGTH)
			sub(/.* /, "", text)
			return text
		}
		function iptables(rest, bits, text) {
			rest = $0
			while (match(rest, /(--(set-xmark|set-mark|mark|or-mark|nfmask|ctmask|mask)|fwmark) (0x)?[0-9a-f]+(\/0x[0-9a-f]+)?/)) {
				text = substr(rest, RSTART, RLENGTH)
				rest = substr(rest, RSTART + RLENGTH)
				if (text ~ /^--(or-mark|nfmask|ctmask|mask)/)
					sub(/^[^ ]* /, "", text)
				else
					text = masked(text)
				bits = bits " " text
			}
			return bits
		}
		# "mark and M == V" is about M; "mark set mark and M or V" about V and all but M.
		function nft(keep, more) {
			if ($0 !~ /(meta|ct) mark/)
				return ""
			keep = number("mark (and|&)")
			more = number("(or|xor|\\^|\\|)")
			if (keep == "")
				return more == "" ? "0xffffffff" : more
			return $0 ~ /mark set/ ? "~" keep " " more : keep
		}
		function tc(text) {
			if ($0 ~ / fw / && match($0, /handle 0x[0-9a-f]+(\/0x[0-9a-f]+)?/))
				return masked(substr($0, RSTART, RLENGTH))
			text = number(" mark 0x[0-9a-f]+")
			if (text != "")
				return text
			if (match($0, / mark (0x)?[0-9a-f]+(\/0x[0-9a-f]+)?/))
				return masked(substr($0, RSTART, RLENGTH))
			return $0 ~ / connmark / ? "0xffffffff" : ""
		}
		/^tc / { print tc(); next }
		/^nft / { print nft(); next }
		{ print iptables() }'
}

# marks_ours BITS...: is one of them ours?
marks_ours() {
	for bits in "$@"; do
		case $bits in
		'~'*) bits=$((~${bits#'~'})) ;;
		esac
		[ $((bits & (mask | ${skip:-0}))) -eq 0 ] || return 0
	done
	return 1
}
