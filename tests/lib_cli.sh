# shellcheck shell=sh disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of the command line share, on top of a working folder at the top.

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

# capture APP SEED HOUR: one trace of an app, each at a time of its own.
capture() {
	"$build/tests/gen_traffic" "$1" "$2" 20 | sed "s/^1700/17$3/" |
		"$build/tests/gen_capture"
}
