#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `nfclass extract` against reference.py, which reads the design on its own: on captures
# written here, one of every kind, and on a sample of the real ones (REFERENCE_ALL=1: all).
set -u
cd "$(dirname "$0")/.." || exit 1
: "${BUILD:=build}"
python=/usr/bin/python3
data=${NFCLASS_DATA:-../shared/data}
[ -x "$BUILD/nfclass" ] || { echo "$BUILD/nfclass is not built"; exit 77; }
"$python" -c 'import numpy, scipy' 2>/dev/null || { echo "no numpy and scipy"; exit 77; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# what: the traces named on standard input, told apart by no more than rounding.
same() {
	cat >"$tmp/list"
	[ -s "$tmp/list" ] || { echo "$1: no traces"; return 1; }
	tr '\n' '\0' <"$tmp/list" | xargs -0 "$python" tests/reference.py >"$tmp/mine" || return 1
	tr '\n' '\0' <"$tmp/list" | xargs -0 "$BUILD/nfclass" extract --features seed15 \
		>"$tmp/theirs" || return 1
	echo "$1:"
	"$python" tests/reference.py --compare "$tmp/mine" "$tmp/theirs"
}

status=0
mkdir "$tmp/odd"
"$python" tests/oddcap.py "$tmp/odd" 1 || exit 1
find "$tmp/odd" -name '*.pcap' | sort | same "written captures" || status=1
[ -d "$data" ] || { echo "$data is absent"; [ "$status" -eq 0 ] && exit 77; exit 1; }
if [ "${REFERENCE_ALL:-0}" = 1 ]; then
	step='1 1 1' && one=0
else
	step='21 20 10' && one=1
fi
# Every n-th trace of a set, so that all folders are met.
# shellcheck disable=SC2086 # three numbers
set -- $step
for set in cs4516-a cs4516-b app60; do
	find "$data/$set" -name '*.pcap' | LC_ALL=C sort | awk "NR % $1 == $one" |
		same "$set" || status=1
	shift
done
exit "$status"
