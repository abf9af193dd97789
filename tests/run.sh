#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run every test, or those named, and end with one line of counts.  A test is a program
# tests/test_*.c or a script tests/check_*.sh; exit 0 passes, 77 skips, the rest fails, as
# does one that takes longer than TEST_LIMIT_S.  Most wait more than they work, so TEST_JOBS
# of them run at a time, once those have run that measure rates or need all processors: these
# have a line "# Runs alone".
set -u
cd "$(dirname "$0")/.." || exit 1
: "${BUILD:=build}" "${TEST_LIMIT_S:=600}" "${TEST_JOBS:=2}"
export BUILD MODULES TEST_LIMIT_S
unset MAKEFLAGS MFLAGS MAKELEVEL # a test that calls make begins anew

# A test that hangs is asked to end first, so that it can clean up.
run() {
	timeout -k 20 "$TEST_LIMIT_S" "$@" >"$log" 2>&1 </dev/null
}

# tell NAME SECONDS CODE
tell() {
	case $3 in
	0) echo "pass  $1 ($2 s)" ;;
	77) echo "skip  $1: $(tail -n 1 "$log")" ;;
	*)
		echo "FAIL  $1 ($2 s, exit $3)"
		sed 's/^/      /' "$log"
		;;
	esac
}

# one TEST: all that there is to tell of it in one piece.
one() {
	[ -e "$1" ] || { echo "FAIL  $1 is not there" && return; }
	log=$(mktemp) || { echo "FAIL  $1 has no file for its words" && return; }
	trap 'rm -f "$log"' EXIT
	name=$(basename "$1")
	began=$(date +%s)
	case $name in
	*.c) run "$BUILD/tests/${name%.c}" ;;
	*) run sh "$1" ;;
	esac
	told=$(tell "$name" $(($(date +%s) - began)) $?)
	printf '%s\n' "$told"
}

# some JOBS TEST...
some() {
	jobs=$1
	shift
	[ $# -eq 0 ] || printf '%s\0' "$@" | xargs -0 -n 1 -P "$jobs" sh tests/run.sh --one
}

if [ "${1-}" = --one ]; then
	one "$2"
	exit 0
fi
if [ $# -eq 0 ]; then
	set -- tests/test_*.c tests/check_*.sh
fi
results=$(mktemp) || exit 1
trap 'rm -f "$results"' EXIT
alone=$(grep -lx '# Runs alone.*' "$@" 2>/dev/null)
together=$(printf '%s\n' "$@" | grep -vxF "$alone")
# shellcheck disable=SC2086 # lists of files
{
	some 1 $alone
	some "$TEST_JOBS" $together
} | tee "$results"
count() {
	grep -c "^$1  " "$results"
}
told=$(($(count pass) + $(count FAIL) + $(count skip)))
for test; do
	[ "$told" -eq $# ] || grep -q "^[a-zA-Z]*  \(.*/\)\{0,1\}${test##*/} " "$results" || {
		echo "FAIL  $test did not come to its end" | tee -a "$results"
	}
done
echo "$(count pass) passed, $(count FAIL) failed, $(count skip) skipped"
[ "$(count FAIL)" -eq 0 ] && [ "$(count pass)" -gt 0 ]
