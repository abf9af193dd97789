#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Several captures at a time: the same lines and the same messages in the same order as by
# one thread, also when some cannot be read.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$(cd "${BUILD:-build}" && pwd) || exit 1
nfclass=$build/nfclass
model=$PWD/models/cs4516.nfm
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

# Captures of very different lengths, one cut short, one that is none, one that is empty.
mkdir "$dir/set"
for i in 1 2 3 4 5 6 7 8 9; do
	mkdir "$dir/set/app$i"
	repeat=$((i % 3 * i * 8 + 1))
	while [ "$repeat" -gt 0 ]; do
		cat tests/golden/mixed.script
		repeat=$((repeat - 1))
	done >"$dir/script"
	"$build/tests/gen_capture" us ethernet <"$dir/script" >"$dir/set/app$i/one.pcap"
done
head -c 1000 "$dir/set/app5/one.pcap" >"$dir/set/app5/cut.pcap"
echo "no capture" >"$dir/set/app6/text.pcap"
head -c 24 "$dir/set/app7/one.pcap" >"$dir/set/app7/empty.pcap"

# same WHAT COMMAND...: exit code, lines and messages by 2, 3 and 8 threads are those by 1.
same() {
	what=$1
	shift
	(cd "$dir" && "$nfclass" "$@" --threads 1 set >out1 2>err1; echo $? >code1)
	if [ ! -s "$dir/out1" ] || ! grep -q cut.pcap "$dir/err1" ||
		! grep -q 1 "$dir/code1"; then
		echo "$what: one thread did not do what it should: $(cat "$dir/err1")"
		failed=1
	fi
	for n in 2 3 8; do
		(cd "$dir" && "$nfclass" "$@" --threads $n set >out 2>err; echo $? >code)
		for file in out err code; do
			cmp "$dir/${file}1" "$dir/$file" || {
				echo "$what: $file differs with $n threads"
				failed=1
			}
		done
	done
}
same extract extract --features full
same classify classify -m "$model" --format kv --early

# alone WHAT COMMAND...: what is said of a capture does not depend on those before it, but
# for its name.
alone() {
	what=$1
	shift
	(cd "$dir" && "$nfclass" "$@" set 2>err | sed "/^trace,/d; /^Trace /d; s/^trace=[^ ]* //" >out1
	find set -name '*.pcap' | LC_ALL=C sort | while read -r file; do
		"$nfclass" "$@" "$file" 2>>err
	done | grep -v ^trace, >out)
	if [ ! -s "$dir/out" ] || ! cmp "$dir/out1" "$dir/out"; then
		echo "$what: together and alone captures give different lines"
		failed=1
	fi
}
alone extract extract --features full
alone classify classify -m "$model" --format kv --early
alone log log

# A disk that is full is said once, and ends the run.
"$nfclass" extract --threads 3 "$dir/set" 2>"$dir/err" >/dev/full
code=$?
if [ $code -ne 1 ] || ! grep -q 'cannot write standard output: No space left' "$dir/err"; then
	echo "full disk: exit $code: $(cat "$dir/err")"
	failed=1
fi
exit $failed
