#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# When things go wrong: settings that are refused, a queue that is taken, a daemon that is
# killed, a worker that hangs.  The network goes on.
. tests/lib.sh
. tests/lib_daemon.sh
need_root python3 setpriv
need_daemon
scratch
hosts_up
gateway_by_hand 1
model_make "$tmp/model" 1 10
daemon_ini
server_start
nfclassd=${NFCLASSD:-$BUILD/nfclassd}

at_end() {
	[ ! -e "$tmp/pid" ] || kill -9 "$(cat "$tmp/pid")" 2>/dev/null
}

# expect CODE PATTERN COMMAND...: on the gateway; its exit code, and what it says.
expect() {
	code=$1 pattern=$2
	shift 2
	timeout 20 nsenter --net="/run/netns/$net-gateway" "$@" >"$tmp/out" 2>&1 </dev/null
	got=$?
	[ $got -eq "$code" ] || fail "$*: exit $got, not $code: $(cat "$tmp/out")"
	[ -z "$pattern" ] || grep -qE -- "$pattern" "$tmp/out" || fail "$*: no '$pattern': $(cat "$tmp/out")"
}

command_line() {
	expect 0 '^nfclassd [0-9.]+$' "$nfclassd" -V
	expect 0 '^usage: ' "$nfclassd" -h
	expect 2 '^usage: ' "$nfclassd" --nonsense
	expect 2 '^usage: ' "$nfclassd" surplus
	expect 0 'is good' "$nfclassd" -T -c "$tmp/nfclass.ini"
	expect 1 '/nonexistent: No such' "$nfclassd" -T -c /nonexistent
	expect 0 '^workers = 1$' "$nfclassd" -T --print -c "$tmp/nfclass.ini"
	cp "$tmp/out" "$tmp/printed.ini"
	expect 0 '^workers = 1$' "$nfclassd" --print -c "$tmp/printed.ini"
	cmp -s "$tmp/out" "$tmp/printed.ini" || fail "what is printed does not read the same"
	daemon_ini queue.workers=65
	expect 1 ':[0-9]+: \[queue\] workers = 65: allowed is a number from 1 to 32' \
		"$nfclassd" -T -c "$tmp/nfclass.ini"
	daemon_ini model.path="$tmp/none"
	expect 1 "$tmp/none: No such" "$nfclassd" -T -c "$tmp/nfclass.ini"
	expect 0 "path = $tmp/none" "$nfclassd" -T --print -c "$tmp/nfclass.ini"
	daemon_ini
}

# Without -f whoever starts it gets to know whether it serves.
becomes_a_daemon() {
	expect 0 '' "$nfclassd" -c "$tmp/nfclass.ini" -p "$tmp/pid"
	queues_open 1 || fail "the parent left before the queue was open"
	expect 1 'queue 0 is taken' "$nfclassd" -c "$tmp/nfclass.ini"
	expect 1 'another nfclassd holds it' "$nfclassd" -c "$tmp/nfclass.ini" -p "$tmp/pid"
	expect 1 'queue 0 is taken' "$nfclassd" -f -c "$tmp/nfclass.ini"
	ask 203.0.113.2 5 || fail "the daemon does not serve"
	kill -TERM "$(cat "$tmp/pid")"
	wait_for 5 queues_open 0 || fail "the daemon does not end"
	wait_for 5 test ! -s "$tmp/pid" || fail "the pidfile still names it"
	expect 1 'CAP_NET_ADMIN' setpriv --reuid 65534 --clear-groups --inh-caps=-all \
		"$nfclassd" -f -c "$tmp/readable.ini"
}

killed_during_a_download() {
	daemon_start 1
	on client "$BUILD/tests/hosts/traffic" get 203.0.113.2 7000 2000000000 >"$tmp/big" 2>&1 &
	getting=$!
	wait_for 10 packets_read 2000 || fail "the download does not start"
	kill -9 "$daemon"
	wait "$daemon"
	kill -0 $getting 2>/dev/null || fail "the download was over too soon"
	daemon_start 1
	wait_for 10 packets_read 100 || fail "the new daemon sees nothing"
	wait $getting || fail "the download broke: $(cat "$tmp/big")"
	daemon_stop
}

packets_read() {
	[ "$(queue_column 8)" -ge "$1" ]
}

# A debugger holds the worker's thread; nothing moves until the watch ends the process.
stuck_worker() {
	daemon_start 1
	python3 - "$daemon" >"$tmp/held" 2>&1 <<-'PY' &
	import ctypes, os, sys
	libc = ctypes.CDLL(None, use_errno=True)
	pid = int(sys.argv[1])
	worker = sorted(int(t) for t in os.listdir('/proc/%d/task' % pid))[1]
	SEIZE, INTERRUPT = 0x4206, 0x4207
	for request in (SEIZE, INTERRUPT):
	    if libc.ptrace(request, worker, None, None) != 0:
	        sys.exit(os.strerror(ctypes.get_errno()))
	print('held', flush=True)
	while os.path.exists('/proc/%d/task/%d' % (pid, worker)):
	    try:
	        os.waitpid(worker, 0x40000000)
	    except ChildProcessError:
	        break
	PY
	holder=$!
	wait_for 5 grep -q held "$tmp/held" || fail "cannot hold a thread: $(cat "$tmp/held")"
	wait_for 20 queues_open 0 || fail "a worker that hangs still holds the queue"
	wait "$daemon" && fail "exit 0"
	wait $holder
	says_more 'worker 0 has not moved' 0 || fail "it does not say why"
	ask 203.0.113.2 5 || fail "the queue is not bypassed"
}

# A log that would keep us waiting for a reader is refused; packets do not wait for it.
unread_pipe() {
	mkfifo "$tmp/pipe"
	chown "$DAEMON_USER" "$tmp/pipe"
	daemon_ini log.file="$tmp/pipe"
	expect 1 "log file $tmp/pipe: No such device" "$nfclassd" -f -c "$tmp/nfclass.ini"
	daemon_ini
}

mkdir "$tmp/public"
cp "$tmp/model" "$tmp/public/model"
chmod 755 "$tmp" "$tmp/public"
gateway_ini model.path="$tmp/public/model" log.syslog=no >"$tmp/readable.ini"
chmod 644 "$tmp/readable.ini" "$tmp/public/model"
command_line
unread_pipe
becomes_a_daemon
killed_during_a_download
stuck_worker
