#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Labels and messages in syslog, packets that go on while syslog stands still, and what the
# service manager is told.
. tests/lib.sh
. tests/lib_daemon.sh
need_root python3 unshare
need_daemon
scratch
hosts_up
gateway_by_hand 1
model_make "$tmp/model" 1 10
daemon_ini log.syslog=yes log.ident=nfc-test log.facility=local3 log.file=
server_start

# A /dev of the daemon's own, with a log socket that takes one message at a time.
cat >"$tmp/listen.py" <<'EOP'
import os, socket, sys, time
path, out, gate = sys.argv[1:4]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(path)
os.chmod(path, 0o666)  # as those of syslog and systemd are
print('ready', file=open(out + '.ready', 'w'), flush=True)
with open(out, 'wb', buffering=0) as f:
    while True:
        while os.path.exists(gate):
            time.sleep(0.05)
        f.write(s.recv(65536) + b'\n')
EOP
cat >"$tmp/inside" <<'EOS'
mount --make-rprivate /dev && mount -t tmpfs none /dev || exit 77
mknod -m 666 /dev/null c 1 3
mkfifo "$1/syslog.ready" "$1/notify.ready"
python3 "$1/listen.py" /dev/log "$1/syslog" "$1/gate" &
python3 "$1/listen.py" "$1/notify.sock" "$1/notify" "$1/never" &
read -r _ <"$1/syslog.ready" && read -r _ <"$1/notify.ready" || exit 1
export NOTIFY_SOCKET=$1/notify.sock
exec "$2" -f -v -c "$1/nfclass.ini" >>"$1/daemon.log" 2>&1
EOS

on gateway sh -c 'echo 1 >/proc/sys/net/unix/max_dgram_qlen'
nsenter --net="/run/netns/$net-gateway" unshare -m --propagation unchanged \
	sh "$tmp/inside" "$tmp" "${NFCLASSD:-$BUILD/nfclassd}" &
daemon=$!
wait_for 10 queues_open 1 || {
	wait "$daemon"
	[ $? -ne 77 ] || skip "cannot mount a /dev of its own"
	fail "the daemon does not listen: $(cat "$tmp/daemon.log")"
}

at_end() {
	rm -f "$tmp/gate"
}

logged() {
	grep -aqE "$1" "$tmp/syslog"
}

# local3 is 19: informational messages have priority 19 * 8 + 6.
ask 203.0.113.2 21 || fail "datagrams got lost"
wait_for 5 logged '<158>.*nfc-test\[[0-9]*\]: burst=.* sent=21/' || fail "no label in syslog"
logged '<158>.*nfc-test\[[0-9]*\]: serving: queues 0 to 0' || fail "no message in syslog"
grep -q 'burst=.* sent=21/' "$tmp/daemon.log" || fail "-f does not log to stderr as well"
wait_for 5 grep -aq WATCHDOG=1 "$tmp/notify" || fail "no pings"
head -n 2 "$tmp/notify" | grep -aq READY=1 || fail "READY was not told"

# Nobody reads the log any more: labels wait, packets do not.
touch "$tmp/gate"
for n in 31 32 33 34 35 36; do
	ask 203.0.113.2 $n || fail "datagrams got lost"
done
sleep_until_stuck() {
	case $(cat "/proc/$daemon/wchan" 2>/dev/null) in *unix*) ;; *) return 1 ;; esac
}
wait_for 5 sleep_until_stuck || fail "the log does not hold anybody up"
ask 203.0.113.2 500 || fail "packets wait for syslog"
get 203.0.113.2 1000000 || fail "packets wait for syslog"
pings=$(grep -ac WATCHDOG=1 "$tmp/notify")
pinged_again() {
	[ "$(grep -ac WATCHDOG=1 "$tmp/notify")" -gt $((pings + 1)) ]
}
wait_for 5 pinged_again || fail "pings wait for syslog"
rm "$tmp/gate"
wait_for 5 logged ' sent=36/' || fail "labels that waited were lost"
wait_for 5 logged ' sent=500/' || fail "labels that waited were lost"
daemon_stop
wait_for 5 grep -aq STOPPING=1 "$tmp/notify" || fail "STOPPING was not told"
every_packet_answered
