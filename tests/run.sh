#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run every test, or those named, and end with one line of counts.  A test is a program
# tests/test_*.c or a script tests/check_*.sh; exit 0 passes, 77 skips, the rest fails, as
# does one that takes longer than TEST_LIMIT_S.
set -u
cd "$(dirname "$0")/.." || exit 1
: "${BUILD:=build}" "${TEST_LIMIT_S:=600}"
export BUILD MODULES
unset MAKEFLAGS MFLAGS MAKELEVEL # a test that calls make begins anew
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

# A test that hangs is asked to end first, so that it can clean up.
run() {
	timeout -k 20 "$TEST_LIMIT_S" "$@" >"$log" 2>&1 </dev/null
}

if [ $# -eq 0 ]; then
	set -- tests/test_*.c tests/check_*.sh
fi
for test in "$@"; do
	[ -e "$test" ] || { echo "there is no $test" && failed=$((failed + 1)) && continue; }
	name=$(basename "$test")
	began=$(date +%s)
	case $name in
	*.c) run "$BUILD/tests/${name%.c}" ;;
	*) run sh "$test" ;;
	esac
	code=$?
	took=$(($(date +%s) - began))
	case $code in
	0) passed=$((passed + 1)) && echo "pass  $name (${took} s)" ;;
	77) skipped=$((skipped + 1)) && echo "skip  $name: $(tail -n 1 "$log")" ;;
	*)
		failed=$((failed + 1))
		echo "FAIL  $name (${took} s, exit $code)"
		sed 's/^/      /' "$log"
		;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
