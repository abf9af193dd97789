#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The run of tests tells of each what became of it: pass, fail, skip, and gone.
. tests/lib.sh
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# script NAME TEXT
script() {
	echo "$2" >"$tmp/check_$1.sh"
}

# tells RC LINE NAME...: what comes of these tests, at the end.
tells() {
	rc=$1 line=$2
	shift 2
	for name; do
		shift
		set -- "$@" "$tmp/check_$name.sh"
	done
	TEST_JOBS=1 sh tests/run.sh "$@" >"$tmp/out" 2>&1
	[ $? -eq "$rc" ] || fail "exit is not $rc: $(cat "$tmp/out")"
	grep -q "$line" "$tmp/out" || fail "no '$line': $(cat "$tmp/out")"
}

script good 'exit 0'
script bad 'echo why; exit 1'
script without 'echo "no such thing"; exit 77'
# Its test ends with the shell that was to tell of it.
# shellcheck disable=SC2016 # for the test to expand
script gone 'kill -9 "$(cut -d " " -f 4 "/proc/$PPID/stat")"'
script next 'exit 0'

tells 0 '^2 passed, 0 failed, 0 skipped$' good next
tells 0 '^1 passed, 0 failed, 1 skipped$' good without
tells 1 '^1 passed, 1 failed, 0 skipped$' good bad
tells 1 '^FAIL  .*check_gone.sh did not come to its end$' good gone next
tells 1 '^1 passed, 2 failed, 0 skipped$' good gone next
