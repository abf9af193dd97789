#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Odd captures of others: never a crash, never a hang, every file that cannot be read is
# named and the others are done.  Where a build with sanitizers is, it is asked, too.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
data=${NFCLASS_DATA:-../shared/data}/robustness
[ -d "$data" ] || { echo "no $data"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

# Which file it is that a run over all of them does not survive.
blame() {
	find "$data" -type f | LC_ALL=C sort | while read -r file; do
		timeout 20 "$1" "$2" "$file" >/dev/null 2>&1
		[ $? -le 1 ] || { echo "$2: exit $? with $file"; break; }
	done
}

# all PROGRAM COMMAND FEWEST_LINES
all() {
	timeout 120 "$1" "$2" "$data" >"$dir/out" 2>"$dir/err"
	code=$?
	if [ $code -ne 1 ]; then # some are no captures
		echo "$1 $2: exit $code: $(tail -n 3 "$dir/err")"
		blame "$1" "$2"
		failed=1
	fi
	if grep -vF "$data/" "$dir/err"; then
		echo "$1 $2: these lines name no file"
		failed=1
	fi
	if [ "$(wc -l <"$dir/out")" -lt "$3" ]; then
		echo "$1 $2: only $(wc -l <"$dir/out") lines"
		failed=1
	fi
}

for program in "$build/nfclass" build-san/nfclass; do
	[ -x "$program" ] || continue
	all "$program" extract 3000
	all "$program" log 3000
done
exit $failed
