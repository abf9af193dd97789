#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Whole runs against kept results: captures that gen_capture makes go in, lines come out.
# "sh tests/check_golden.sh keep" replaces the kept results by what comes out now.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
golden=tests/golden
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

# same NAME COMMAND...: what the command prints is what golden/NAME holds.
same() {
	name=$1
	shift
	"$@" >"$dir/out" 2>"$dir/err" || {
		echo "$name: $* exits with $?"
		failed=1
	}
	[ "${keep:-}" ] && cp "$dir/out" "$golden/$name"
	cat "$dir/err"
	diff -u "$golden/$name" "$dir/out" || failed=1
}

keep=
[ "${1:-}" = keep ] && keep=1
nfclass=$(pwd)/$build/nfclass
mkdir "$dir/Mixed"
"$build/tests/gen_capture" us ethernet <$golden/mixed.script >"$dir/Mixed/mixed.pcap"

in_dir() {
	(cd "$dir" && "$nfclass" "$@")
}
same mixed.csv in_dir extract Mixed
same mixed-full.csv in_dir extract --features full Mixed/mixed.pcap
same mixed-cut.csv in_dir extract --gap 0.5 --max 0.2 --mtu 1400 --lan 198.51.100.0/24 Mixed
same mixed.log in_dir log Mixed/mixed.pcap

# Formats, byte orders and link types hold the same packets.
for link in ethernet vlan raw null loop sll sll2; do
	for format in us ns us-be ns-be pcapng pcapng-be; do
		grep -v hex $golden/mixed.script | sed 's/cut=40/cut=38/' |
			"$build/tests/gen_capture" $format $link >"$dir/Mixed/$format-$link"
		in_dir extract - <"$dir/Mixed/$format-$link" | cut -d, -f3- >"$dir/out"
		cut -d, -f3- $golden/mixed.csv | cmp -s - "$dir/out" || {
			echo "$format $link: other burst-flows than mixed.csv"
			failed=1
		}
	done
done
exit $failed
