#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run every test, or those named, and end with one line of counts.  A test is a program
# tests/test_*.c or a script tests/check_*.sh; exit 0 passes, 77 skips, the rest fails.
set -u
cd "$(dirname "$0")/.." || exit 1
: "${BUILD:=build}"
export BUILD MODULES
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

if [ $# -eq 0 ]; then
	set -- tests/test_*.c tests/check_*.sh
fi
for test in "$@"; do
	[ -e "$test" ] || continue
	name=$(basename "$test")
	case $name in
	*.c) "$BUILD/tests/${name%.c}" >"$log" 2>&1 ;;
	*) sh "$test" >"$log" 2>&1 ;;
	esac
	case $? in
	0) passed=$((passed + 1)) && echo "pass  $name" ;;
	77) skipped=$((skipped + 1)) && echo "skip  $name: $(tail -n 1 "$log")" ;;
	*) failed=$((failed + 1)) && echo "FAIL  $name" && sed 's/^/      /' "$log" ;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
