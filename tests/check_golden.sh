#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Whole runs against kept results: captures that gen_capture makes go in, lines come out.
# "sh tests/check_golden.sh keep" replaces the kept results by what comes out now.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
golden=tests/golden
if [ ! -x "$build/nfclass" ] || [ ! -x "$build/tests/gen_traffic" ]; then
	echo "$build/nfclass and the test tools are not built"
	exit 77
fi
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

# A small set of made-up apps: a model, and what it says.  The classes are mixed up a
# little so that there is something to be wrong about.
set_of() {
	for i in $(seq "$1" "$2"); do
		for app in chat game video; do
			mkdir -p "$dir/$3/$app"
			"$build/tests/gen_traffic" $app "$i" 25 |
				"$build/tests/gen_capture" >"$dir/$3/$app/$i.pcap"
		done
	done
}
set_of 1 8 set
set_of 11 13 later
cp "$dir/set/chat/8.pcap" "$dir/set/game/"
cp "$dir/set/video/8.pcap" "$dir/set/chat/9.pcap"
same train.txt in_dir train -o model.nfm --trees 20 --precision 0.8 --note source=made set
same show.txt in_dir show model.nfm
same eval.txt in_dir eval model.nfm later
same split.txt in_dir eval --split 0.5 --repeat 3 --trees 20 --json split.json set
for format in seed kv json; do
	same classify.$format in_dir classify -m model.nfm --format $format \
		later/chat/11.pcap later/video/11.pcap
	# Of one trace the same, but for the trace.
	for trace in later/chat/11.pcap later/video/11.pcap; do
		in_dir classify -m model.nfm --format $format $trace
	done >"$dir/out"
	sed '/^Trace .*:$/d; s/^trace=[^ ]* //; s/^{"trace":"[^"]*",/{/' $golden/classify.$format |
		diff -u - "$dir/out" || failed=1
done

same explain.txt in_dir explain -m model.nfm --burst 3 --flow 40003 later/video/11.pcap
same explain.json in_dir explain -m model.nfm --burst 3 --format json later/video/11.pcap
same explain-novel.txt in_dir explain -m model.nfm --burst 1 --flow 50002 Mixed/mixed.pcap
same early.kv in_dir classify -m model.nfm --early --early-after 0.3 --format kv \
	later/video/11.pcap

# What is explained is what classify says, and early labels change no final one.
in_dir classify -m model.nfm --format kv later/video/11.pcap >"$dir/said"
in_dir explain -m model.nfm later/video/11.pcap | grep '^burst=' | diff -u "$dir/said" - || failed=1
grep -v ' provisional=yes' $golden/early.kv | diff -u "$dir/said" - || failed=1

# The same data gives the same model: by other threads, from elsewhere, from CSV.
in_dir train -o other.nfm --trees 20 --precision 0.8 --note source=made --threads 3 ../"${dir##*/}"/set >/dev/null
cmp "$dir/model.nfm" "$dir/other.nfm" || failed=1
(cd "$dir" && "$nfclass" extract --features full set >set.csv && "$nfclass" eval --split 0.5 --repeat 3 \
	--trees 20 set.csv) >"$dir/out" 2>"$dir/err"
diff -u "$golden/split.txt" "$dir/out" || failed=1
exit $failed
