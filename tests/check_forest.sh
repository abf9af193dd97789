#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs alone: needs all processors.
# The forest is as good as scikit-learn's on the same splits, and the same for any number
# of threads.  FOREST_REPEATS=10 looks closer.
set -u
cd "$(dirname "$0")/.." || exit 1
: "${BUILD:=build}" "${FOREST_REPEATS:=5}"
python=/usr/bin/python3
data=${NFCLASS_DATA:-../shared/data}
[ -x "$BUILD/nfclass" ] || { echo "$BUILD/nfclass is not built"; exit 77; }
"$python" -c 'import sklearn' 2>/dev/null || { echo "no scikit-learn"; exit 77; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# what, CSV
judge() {
	echo "$1:"
	"$python" tests/forest_sklearn.py "$BUILD/nfclass" "$tmp" "$2" "$FOREST_REPEATS"
}

status=0
for classes in 5 50; do
	"$python" tests/forest_sklearn.py --make 3000 $classes >"$tmp/made.csv" || exit 1
	judge "made up, $classes classes" "$tmp/made.csv" || status=1
done
for threads in 1 2 3; do
	"$BUILD/nfclass" train -o "$tmp/$threads.nfm" --trees 20 --threads $threads \
		"$tmp/made.csv" >/dev/null || exit 1
	cmp "$tmp/1.nfm" "$tmp/$threads.nfm" || status=1
done
[ -d "$data" ] || { echo "$data is absent"; [ "$status" -eq 0 ] && exit 77; exit 1; }
for set in cs4516-a cs4516-b; do
	"$BUILD/nfclass" extract --features seed15 "$data/$set" >"$tmp/$set.csv" || exit 1
	judge "$set" "$tmp/$set.csv" || status=1
done
exit "$status"
