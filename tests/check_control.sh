#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nfclass status, top and reload with a real daemon: what they say is what is so, and whoever
# asks wrong, too much or not at all keeps nobody from anything.
. tests/lib.sh
. tests/lib_daemon.sh
need_root python3 setpriv
need_daemon
scratch
hosts_up
gateway_by_hand 1
model_make "$tmp/model" 1 10
nfclassd=${NFCLASSD:-$BUILD/nfclassd}
nfclass=$BUILD/nfclass

# expect CODE PATTERN ARGUMENT...: nfclass's exit code, and what it says.
expect() {
	code=$1 pattern=$2
	shift 2
	timeout 20 "$nfclass" "$@" -c "$tmp/nfclass.ini" >"$tmp/out" 2>&1 </dev/null
	got=$?
	[ $got -eq "$code" ] || fail "$*: exit $got, not $code: $(cat "$tmp/out")"
	grep -qE -- "$pattern" "$tmp/out" || fail "$*: no '$pattern': $(cat "$tmp/out")"
}

# As nobody, whom the file's mode may let in.
expect_nobody() {
	code=$1 pattern=$2
	shift 2
	setpriv --reuid 65534 --regid 65534 --clear-groups "$tmp/bin/nfclass" "$@" \
		-s "$tmp/control" >"$tmp/out" 2>&1
	got=$?
	[ $got -eq "$code" ] || fail "nobody, $*: exit $got, not $code: $(cat "$tmp/out")"
	grep -qE -- "$pattern" "$tmp/out" || fail "nobody, $*: no '$pattern': $(cat "$tmp/out")"
}

traffic() {
	for address in 203.0.113.2 2001:db8:113::2; do
		ask $address 30 || fail "datagrams to $address got lost"
		get $address 300000 || fail "the download from $address broke"
	done
	for client in 192.168.12.2 '\[fd00:12::2\]'; do
		wait_for 10 labelled "client=$client:.* proto=TCP .* rcvd=[0-9]+/3[0-9]{5}" ||
			fail "no label of $client"
	done
}

# Every counter of SIGUSR1's total, and the labels, in the JSON; once all is silent.
same_counters() {
	counters
	"$nfclass" status --json -c "$tmp/nfclass.ini" >"$tmp/status.json" || return 1
	python3 - "$tmp/daemon.log" "$tmp/status.json" <<-'PY'
	import json, re, sys
	last, where = {}, ''
	for line in open(sys.argv[1]):
	    m = re.match(r'nfclassd: (total|labels) (decoded )?', line)
	    if m:
	        last[m.group(0)[10:] + ('q' if ' reads=' in line else '')] = line
	status = json.load(open(sys.argv[2]))
	told, seen = {}, status['total']
	for key, line in last.items():
	    for name, value in re.findall(r'([\w-]+)"?=(\d+)', line):
	        told[name] = int(value)
	flat = {**{k: v for k, v in seen.items() if k != 'decoded'}, **seen['decoded'], **status['labels']}
	assert len(told) > 35, told
	assert told == flat, (set(told.items()) ^ set(flat.items()))
	assert status['losses'] == {} and status['model']['classes'] == ['chat', 'game'], status
	assert status['queues'][0]['packets'] == told['packets'] > 100, status['queues']
	PY
}

# What top says of each client and application is what their lines of labels add up to.
same_amounts() {
	"$nfclass" top --json -n 1000 -i 60 -c "$tmp/nfclass.ini" >"$tmp/top.json" || return 1
	python3 - "$tmp/labels" "$tmp/top.json" <<-'PY'
	import collections, json, re, sys
	said = collections.defaultdict(lambda: [0, 0, 0, 0])
	for line in open(sys.argv[1]):
	    if 'provisional=yes' in line:
	        continue
	    m = re.search(r'client=\[?(.*?)\]?:\d+ server.*sent=(\d+)/(\d+) rcvd=(\d+)/(\d+) label=(\S+)', line)
	    sums = said[m.group(1), m.group(6)]
	    for i in range(4):
	        sums[i] += int(m.group(i + 2))
	top = json.load(open(sys.argv[2]))
	told = {(r['client'], r['label']): [r['up_packets'], r['up_bytes'], r['down_packets'], r['down_bytes']]
	        for r in top['top']}
	assert told == said, (told, dict(said))
	assert len({client for client, label in told}) == 2, told
	assert [r['down_bytes_s'] + r['up_bytes_s'] for r in top['top']] == sorted(
	    (r['down_bytes_s'] + r['up_bytes_s'] for r in top['top']), reverse=True), top
	assert top['down_bytes'] == sum(v[3] for v in told.values()), top
	assert top['down_bytes_s'] > 0, top
	PY
}

tells_what_is_so() {
	traffic
	wait_for 10 same_counters || fail "other counters than SIGUSR1's: $(same_counters 2>&1)"
	wait_for 10 same_amounts || fail "other amounts than the labels': $(same_amounts 2>&1)"
	labelled_early . || fail "no provisional label: they cannot have been left out"
	expect 0 '^nothing was lost$' status
	grep -qE '^nfclassd [0-9.]+, up for 00:0' "$tmp/out" || fail "no head: $(cat "$tmp/out")"
	grep -qE "^ *$(counter packets)  packets\$" "$tmp/out" || fail "no packets: $(cat "$tmp/out")"
	expect 0 '^192\.168\.12\.2 +(chat|game|Unknown) +[0-9.]+ k?B ' top --once -i 60
	grep -q '^fd00:12::2 ' "$tmp/out" || fail "no IPv6 client: $(cat "$tmp/out")"
	expect 0 '^and [0-9]+ more$' top -n 1
	expect 2 "top: 'x' is too much" top x
	expect 2 'a whole number in 1..60' top -i 0
}

reloads() {
	cp "$tmp/nfclass.ini" "$tmp/good.ini"
	expect 0 '^reloaded$' reload
	says_more 'reloaded: ' 0 || fail "the log does not say so"
	printf 'early = 3\n' >>"$tmp/nfclass.ini"
	expect 1 "nfclass.ini:[0-9]+: unknown key 'early'" reload
	cp "$tmp/good.ini" "$tmp/nfclass.ini"
	daemon_ini model.path="$tmp/none"
	expect 1 "$tmp/none: No such file" reload
	says_more "$tmp/none: No such file.*; the old settings stay" 0 || fail "the log does not say so"
	daemon_ini control.mode=0666 flow.max=100
	expect 0 '^reloaded; only a restart changes \[flow\] max$' reload
	cp "$tmp/good.ini" "$tmp/nfclass.ini"
	kill -HUP "$daemon"
	wait_for 5 says_more 'reloaded: ' 2 || fail "SIGHUP does nothing"
}

nobody_may_ask_but_not_reload() {
	expect_nobody 0 '^nfclassd ' status
	expect_nobody 0 '^client ' top
	reloads=$(said reloaded:)
	expect_nobody 1 'reload is for root .* not for user 65534' reload
	[ "$(said reloaded:)" -eq "$reloads" ] || fail "nobody has reloaded"
}

cat >"$tmp/talk.py" <<-'PY'
	import socket, sys, time
	def s(data=b''):
	    c = socket.socket(socket.AF_UNIX)
	    c.connect(sys.argv[1])
	    c.settimeout(20)
	    c.sendall(data)
	    return c
	def all_of(c):
	    got = b''
	    try:
	        while True:
	            more = c.recv(65536)
	            if not more:
	                return got
	            got += more
	    except ConnectionResetError:
	        return got
	exec(sys.stdin.read())
PY

# talk <<SCRIPT: s() is another connection, with what it sends; all_of() what it gets.
talk() {
	timeout 60 python3 "$tmp/talk.py" "$tmp/control" >"$tmp/talk" 2>&1 || fail "$(cat "$tmp/talk")"
}

wrong_requests_are_refused() {
	talk <<-'PY'
	for bad in (b"\n", b"GET / HTTP/1.1\r\n", b"nfclass\n", b"nfclass 1\n", b"nfclass 1 status\n",
	        b"nfclass 1 status xml\n", b"nfclass 1 top json 0 5\n", b"nfclass 1 top json 5 61\n",
	        b"nfclass 1 reload\0\n", b"nfclass 1 reload now\n", bytes(range(256)), b"\xff" * 127,
	        b"nfclass 1  status json\n", b"nfclass 1 status json \n", b"nfclass 1 \n"):
	    got = all_of(s(bad))
	    head, text = got.split(b"\n", 1)
	    assert head == b"nfclass 1 refused %d" % len(text), (bad, got)
	    assert b"allowed is" in text or b"not a request: " in text, (bad, got)
	got = all_of(s(b"nfclass 2 status json\n"))
	assert b"knows version 1" in got, got
	got = all_of(s(b"nfclass 1 status json\nnfclass 1 reload\n"))
	assert got.startswith(b"nfclass 1 ok "), got
	c = s(b"nfclass 1 stat")
	c.sendall(b"us json\n")
	assert all_of(c).startswith(b"nfclass 1 ok "), "in two pieces"
	c = s(b"nfclass 1 status json")
	c.shutdown(socket.SHUT_WR)
	assert all_of(c) == b"", "a half request"
	c = s()
	try:
	    while True:
	        c.sendall(b"x" * 65536)
	except (BrokenPipeError, ConnectionResetError):
	    pass
	PY
}

# Twenty who say nothing, and one who asks without end.
the_silent_are_no_trouble() {
	timeout 120 python3 - "$tmp/control" >"$tmp/silent" 2>&1 <<-'PY' &
	import socket, sys, time
	def s():
	    c = socket.socket(socket.AF_UNIX)
	    c.connect(sys.argv[1])
	    return c
	held = [s() for _ in range(20)]
	print('held', flush=True)
	while True:
	    c = s()
	    try:
	        c.sendall(b'nfclass 1 top json 1000 60\n')
	    except OSError:
	        pass
	    held = held[1:] + [c]
	PY
	silent=$!
	wait_for 10 grep -q held "$tmp/silent" || fail "the socket takes no twenty: $(cat "$tmp/silent")"
	ask 203.0.113.2 77 || fail "datagrams got lost"
	wait_for 10 labelled 'sent=77/' || fail "no label"
	kill $silent
	wait $silent 2>/dev/null
	talk <<-'PY'
	held = [s() for _ in range(20)] + [s(b"nfclass 1 st") for _ in range(20)]
	began = time.monotonic()
	assert all_of(s(b"nfclass 1 status json\n")).startswith(b"nfclass 1 ok ")
	assert time.monotonic() - began < 10
	for c in held:
	    assert all_of(c) == b"", "who says nothing has to leave"
	PY
	counters
	every_packet_answered
}

another_has_it() {
	cp "$tmp/nfclass.ini" "$tmp/other.ini"
	nsenter --net="/run/netns/$net-client" "$nfclassd" -f -c "$tmp/other.ini" >"$tmp/other.log" 2>&1 &
	other=$!
	wait_for 10 grep -q serving: "$tmp/other.log" || fail "it does not serve: $(cat "$tmp/other.log")"
	grep -q "control socket $tmp/control: another program answers there (process $daemon); going on without" \
		"$tmp/other.log" || fail "it does not say why: $(cat "$tmp/other.log")"
	kill -TERM $other
	wait $other || fail "the other ended with $?"
	expect 0 '^nfclassd ' status
}

ends_and_begins() {
	daemon_stop
	[ ! -e "$tmp/control" ] || fail "the socket stays"
	expect 1 "control socket $tmp/control: No such file .*is nfclassd running" status
	daemon_start 1
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null
	wait_for 10 queues_open 0 || fail "the daemon is still there"
	[ -S "$tmp/control" ] || fail "no stale socket"
	expect 1 'Connection refused .*is nfclassd running' reload
	daemon_ini control.mode=0660 control.group=65533
	daemon_start 1
	expect 0 '^nfclassd ' status
	expect_nobody 1 'Permission denied' status
	[ "$(stat -c '%a %g' "$tmp/control")" = '660 65533' ] || fail "$(stat -c '%a %g' "$tmp/control")"
	daemon_stop
}

no_socket() {
	echo precious >"$tmp/file"
	daemon_ini control.socket="$tmp/file"
	daemon_start 1
	says_more "control socket $tmp/file: is there, and is not a socket; going on" 0 ||
		fail "no warning: $(cat "$tmp/daemon.log")"
	daemon_stop
	[ "$(cat "$tmp/file")" = precious ] || fail "it took what is not its own"
	daemon_ini control.group=no-such-group
	daemon_start 1
	says_more "there is no group 'no-such-group'" 0 || fail "no warning"
	daemon_stop
	daemon_ini control.socket=
	daemon_start 1
	expect 1 '\[control\] socket is empty' status
	daemon_stop
	daemon_ini control.socket=new/control
	daemon_start 1
	[ -S "$tmp/new/control" ] || fail "no folder was made beside the settings"
	expect 0 '^nfclassd ' status
	daemon_stop
}

chmod 755 "$tmp"
mkdir "$tmp/bin"
cp "$nfclass" "$tmp/bin"
daemon_ini control.mode=0666
server_start
daemon_start 1
tells_what_is_so
reloads
nobody_may_ask_but_not_reload
wrong_requests_are_refused
the_silent_are_no_trouble
another_has_it
ends_and_begins
no_socket
grep -E 'Sanitizer|runtime error' "$tmp/daemon.log" "$tmp/other.log" && fail "a sanitizer complains"
exit 0
