#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make install puts everything where it is looked for; make uninstall takes it away again,
# but for a configuration that was changed.
. tests/lib.sh
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# The programs of other places are made beside those that other tests run.
cp -a "$BUILD" "$tmp/build" || exit 1

# What root has for a umask is nothing to the files.
umask 077

# mk PREFIX SYSCONFDIR TARGET, into $tmp/root
mk() {
	make -s BUILD="$tmp/build" DESTDIR="$tmp/root" PREFIX="$1" SYSCONFDIR="$2" "$3" ||
		fail "make $3"
}

installed() {
	(cd "$tmp/root" && find . -type f | sed 's/^\.//' | sort)
}

# there PREFIX SYSCONFDIR
there() {
	installed >"$tmp/list"
	for file in "$1/bin/nfclass" "$1/sbin/nfclassd" "$1/sbin/nfclass-gateway" \
		"$1/lib/nfclass/gateway/rules.sh" "$1/share/nfclass/cs4516.nfm" \
		"$1/share/man/man1/nfclass.1" "$1/share/man/man5/nfclass.ini.5" \
		"$1/share/man/man8/nfclassd.8" "$1/share/man/man8/nfclass-gateway.8" \
		"$1/lib/systemd/system/nfclassd.service" "$1/lib/sysusers.d/nfclass.conf" \
		"$1/lib/systemd/system/nfclass-gateway.service" "$2/nfclass/nfclass.ini"; do
		grep -qx "$file" "$tmp/list" || fail "$file is not installed"
	done
	grep -rl '@PREFIX@' "$tmp/root" && fail "a place was not filled in"
	grep -qx "ExecStart=$1/sbin/nfclassd -f" \
		"$tmp/root$1/lib/systemd/system/nfclassd.service" || fail "the unit starts another nfclassd"
	grep -qaF "$2/nfclass/nfclass.ini" "$tmp/root$1/sbin/nfclassd" || fail "nfclassd looks elsewhere"
	grep -qF "$1/share/nfclass/cs4516.nfm" "$tmp/root$1/share/man/man5/nfclass.ini.5" ||
		fail "the manual names another model"
	[ "$(stat -c %a "$tmp/root$2/nfclass/nfclass.ini")" = 644 ] ||
		fail "not everybody reads the configuration"
	grep -q "^path = $1/share/nfclass/cs4516.nfm" "$tmp/root$2/nfclass/nfclass.ini" ||
		fail "the configuration names no installed model"
}

# The installed script finds its parts, and the daemon beside it.
script_runs() {
	printf '[gateway]\nlan = lan\nwan = wan\n' >"$tmp/small.ini"
	env -u NFCLASSD "$tmp/root$1/sbin/nfclass-gateway" -c "$tmp/small.ini" show |
		grep -q -e '-A nfclass-forward -i lan -o wan -j NFQUEUE' || fail "the installed script shows nothing"
}

for prefix in /usr/local /usr /opt/nfclass; do
	sysconf=$prefix/etc
	[ $prefix != /usr ] || sysconf=/etc
	mk $prefix $sysconf install
	there $prefix $sysconf
	script_runs $prefix
	mk $prefix $sysconf uninstall
	[ ! -d "$tmp/root" ] || [ -z "$(installed)" ] || fail "$prefix: left behind: $(installed)"

	mk $prefix $sysconf install
	echo '; mine' >>"$tmp/root$sysconf/nfclass/nfclass.ini"
	mk $prefix $sysconf install
	grep -qx '; mine' "$tmp/root$sysconf/nfclass/nfclass.ini" || fail "install wrote over a configuration"
	mk $prefix $sysconf uninstall
	[ "$(installed)" = $sysconf/nfclass/nfclass.ini ] || fail "$prefix: left behind: $(installed)"
	rm -rf "$tmp/root"
done
