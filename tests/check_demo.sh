#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The demonstration works without recorded traffic: made-up applications are recorded, learned
# and named.  It fails when no labels come.
. tests/lib.sh
need_root iptables
need_daemon
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export NFCLASS_DATA="$tmp/nowhere"

sh tests/demo.sh --built >"$tmp/out" 2>&1 || { cat "$tmp/out" && fail "the demonstration fails"; }
for line in 'bytes from 203.0.113.2' 'bytes from 2001:db8:113::2' 'packets of 30 clients recorded' \
	'client=192.168.12.51:.* label=Chat' 'is made up\|are made up' 'verdicts=[1-9]' '^== done'; do
	grep -q "$line" "$tmp/out" || { cat "$tmp/out" && fail "the demonstration shows no '$line'"; }
done
# Most is called what it is, on a busy machine too, and hardly anything something else.
for app in Chat Game Video Voice Web Backup; do
	awk -v app=$app '$1 == app && $2 ~ /^[0-9]+$/ {
		good = $2 >= 3 && $3 + $4 + $5 == $2 && $3 >= 0.5 * $2 && $5 <= 0.3 * $2
	} END { exit !good }' "$tmp/out" || { cat "$tmp/out" && fail "$app is not told apart"; }
done
# A daemon that writes its labels nowhere.
cat >"$tmp/mute" <<END
#!/bin/sh
for last in "\$@"; do
	[ ! -f "\$last" ] || { sed -i '/^file = /d' "\$last"; }
done
exec "$PWD/$BUILD/nfclassd" "\$@"
END
chmod +x "$tmp/mute"
NFCLASSD=$tmp/mute RECORD_S=4 NAME_S=1 sh tests/demo.sh --built >"$tmp/out" 2>&1 && fail "it passes without labels"
grep -q 'no labels came' "$tmp/out" || { cat "$tmp/out" && fail "it fails for another reason"; }
