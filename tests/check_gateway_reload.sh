#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nfclass-gateway reload: what a daemon of another user would refuse changes nothing, and what
# the daemon answers is what the script says.
. tests/lib.sh
. tests/lib_daemon.sh
need_root setpriv
need_daemon
scratch
hosts_up
model_make "$tmp/model" 1 10

# ini DOWN KEY=VALUE...: with that rate of the link.
ini() {
	rate=$1
	shift
	daemon_ini gateway.down="$rate" gateway.up=10mbit mark.enabled=yes "$@"
}

# refused PATTERN: with this reason, and the rules stay.
refused() {
	host_state "$tmp/before"
	gateway reload >"$tmp/out" 2>&1 && fail "reload succeeds, not '$1': $(cat "$tmp/out")"
	grep -q -- "$1" "$tmp/out" || fail "not '$1': $(cat "$tmp/out")"
	host_same "$tmp/before" "a reload that was refused"
}

# told PATTERN [COMMAND...]: the reload works, and says so.
told() {
	pattern=$1
	shift
	reloads=$(said reloaded:)
	"$@" gateway reload >"$tmp/out" 2>&1 || fail "reload: $(cat "$tmp/out")"
	grep -q -- "$pattern" "$tmp/out" || fail "not '$pattern': $(cat "$tmp/out")"
	wait_for 5 says_more reloaded: "$reloads" || fail "the daemon was not told"
}

ini 20mbit
gateway up >/dev/null || fail up
daemon_start 1
ini 30mbit
told '^nfclass-gateway: nfclassd: reloaded$'

ini 40mbit
chmod 600 "$tmp/nfclass.ini"
refused "$tmp/nfclass.ini: user $DAEMON_USER of .daemon. cannot read it.*chmod a+r"
chmod 644 "$tmp/nfclass.ini"
chmod 600 "$tmp/model"
refused "$tmp/model: user $DAEMON_USER of .daemon. cannot read it"
"$BUILD/nfclassd" -T -c "$tmp/nfclass.ini" >"$tmp/out" 2>&1 || fail "a first start is refused"
grep -q "warning: $tmp/model: user" "$tmp/out" || fail "-T does not warn of it"
chmod 644 "$tmp/model"
told 'nfclassd: reloaded'

ini 45mbit log.file=/nonexistent/labels
refused 'log file /nonexistent/labels: there is no folder /nonexistent'

# What the check beforehand cannot know: the folder is another one to the daemon.
chmod 711 "$tmp"
mkdir "$tmp/other"
ini 50mbit log.file="$tmp/other/labels"
told 'nfclassd: reloaded'
says_more "$tmp/other/labels: .*the one that is open is kept" 0 || fail "no warning of the log"

# Who may not trace finds the daemon all the same.
# shellcheck disable=SC2317 # `on` calls it
without_trace() {
	(
		nsenter() {
			command setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace nsenter "$@"
		}
		"$@"
	)
}
ini 60mbit control.socket=
told 'has no control socket that answers' without_trace

# An answer that is no is passed on, when rules are changed already.
printf '#!/bin/sh\ncase $* in *status*) exit 0 ;; esac\necho no luck today\nexit 1\n' \
	>"$tmp/nfclass"
chmod +x "$tmp/nfclass"
ln -s "$(readlink -f "${NFCLASSD:-$BUILD/nfclassd}")" "$tmp/nfclassd"
ini 70mbit
NFCLASSD=$tmp/nfclassd gateway reload >"$tmp/out" 2>&1 && fail "a refusal exits with 0"
grep -q 'no luck today' "$tmp/out" || fail "the reason is lost: $(cat "$tmp/out")"
daemon_stop
ini 80mbit
gateway reload >"$tmp/out" 2>&1 || fail "without a daemon: $(cat "$tmp/out")"
grep -q 'no daemon is there' "$tmp/out" || fail "no word of a missing daemon"
gateway down || fail down
