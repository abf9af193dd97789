#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What `nfclass eval` says: what it judges, what it refuses, and that it can be repeated.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$(cd "${BUILD:-build}" && pwd) || exit 1
nfclass=$build/nfclass
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

# expect CODE PATTERN ARGUMENT...: exit code, and what stderr must match ("" for nothing
# at all).
expect() {
	code=$1 pattern=$2
	shift 2
	"$nfclass" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	if [ $got -ne "$code" ]; then
		echo "nfclass $*: exit $got, not $code: $(cat "$dir/err")"
		failed=1
	elif [ -z "$pattern" ] && [ -s "$dir/err" ]; then
		echo "nfclass $*: says: $(cat "$dir/err")"
		failed=1
	elif ! grep -q -- "$pattern" "$dir/err" && [ -n "$pattern" ]; then
		echo "nfclass $*: no '$pattern' in: $(cat "$dir/err")"
		failed=1
	fi
}

# printed PATTERN: what the last one's stdout must match.
printed() {
	grep -q -- "$1" "$dir/out" || {
		echo "no '$1' in: $(cat "$dir/out")"
		failed=1
	}
}

cd "$dir" || exit 1
mkdir -p set/Chat set/Game
for i in 1 2 3 4; do
	for app in chat:Chat game:Game; do
		"$build/tests/gen_traffic" ${app%:*} $i 20 |
			"$build/tests/gen_capture" >"set/${app#*:}/$i.pcap"
	done
done
"$nfclass" extract set >set.csv || exit 1
"$nfclass" train -o m.nfm --trees 20 set >/dev/null || exit 1
some="--trees 20 --split 0.5"

# One trace laid over another: the same again with the same seed, and each is judged as
# the base and as what lies over it.
# shellcheck disable=SC2086 # words
mix() {
	expect 0 '' eval $some --mix "$@" set
}
mix --seed 3
cp out once
mix --seed 3
cmp -s once out || { echo "--mix: not the same again"; failed=1; }
mix --seed 4
cmp -s once out && { echo "--mix: the seed does nothing"; failed=1; }
mix --repeat 2 --alone --json mix.json
printed '^avg / total'
grep -q '"traces":"laid over each other"' mix.json || { echo "mix.json does not tell: $(head -c 300 mix.json)"; failed=1; }
expect 0 'trained on this very data' eval m.nfm --mix --repeat 2 set
expect 2 'options for them go with --split' eval m.nfm --repeat 2 set
expect 1 'needs captures' eval --split 0.5 --mix set.csv
expect 1 'needs captures' eval m.nfm --mix set set.csv
"$nfclass" eval m.nfm --mix - <set/Chat/1.pcap 2>err >out
grep -q 'standard input' err || { echo "--mix -: $(cat err)"; failed=1; }
expect 1 'one class only' eval m.nfm --mix set/Chat
exit $failed
