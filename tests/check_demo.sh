#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The demonstration works without recorded traffic, and fails when no labels come.
. tests/lib.sh
need_root iptables
need_daemon
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export NFCLASS_DATA="$tmp/nowhere"

sh tests/demo.sh --built >"$tmp/out" 2>&1 || { cat "$tmp/out" && fail "the demonstration fails"; }
for line in 'bytes from 203.0.113.2' 'bytes from 2001:db8:113::2' 'client=192.168.12.101:.* label=' \
	'verdicts=[1-9]' '^== done'; do
	grep -q "$line" "$tmp/out" || { cat "$tmp/out" && fail "the demonstration shows no '$line'"; }
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
NFCLASSD=$tmp/mute sh tests/demo.sh --built >"$tmp/out" 2>&1 && fail "it passes without labels"
grep -q 'no labels came' "$tmp/out" || { cat "$tmp/out" && fail "it fails for another reason"; }
