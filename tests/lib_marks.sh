# shellcheck shell=sh disable=SC2016,SC2154,SC2086
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of marks share, on top of lib.sh and lib_daemon.sh.

MASK=0x0f000000 SKIP=0x10000000
# What somebody else keeps in marks, of packets and of connections.
OTHERS=0x10a OTHERS_PACKET=0x4000020b OTHERS_MASK=0xe00003ff

# model_by_length FILE: thin and fat differ by their packets' lengths alone.  What fat loads over
# TCP, down or up, is acknowledged by small packets.
model_by_length() {
	for model_app in thin fat; do
		mkdir -p "$tmp/set/$model_app"
		for model_seed in 1 2 3 4; do
			awk -v app=$model_app -v seed=$model_seed 'BEGIN {
				srand(seed)
				t = 1700000000
				least = app == "thin" ? 40 : 1000
				for (burst = 0; burst < 30; burst++) {
					proto = burst % 2 ? "udp" : "tcp"
					n = 6 + int(rand() * 30)
					for (i = 0; i < n; i++) {
						len = least + int(rand() * 400)
						if (app == "fat" && proto == "tcp" && i % 2 == (burst % 4 == 0))
							len = 52
						if (i % 2)
							end = "192.168.12.100 " 40000 + burst " 198.51.100.1 443 " len
						else
							end = "198.51.100.1 443 192.168.12.100 " 40000 + burst " " len
						printf "%.6f %s %s\n", t, proto, end
						t += rand() * 0.02
					}
					t += 3
				}
			}' | "$BUILD/tests/gen_capture" >"$tmp/set/$model_app/$model_seed.pcap" ||
				fail "cannot make a capture"
		done
	done
	"$BUILD/nfclass" train -o "$1" --trees 20 --gap 1 --max 1.5 "$tmp/set" \
		>"$tmp/train" 2>&1 || fail "cannot train: $(cat "$tmp/train")"
}

# marks_ini KEY=VALUE...: thin is 4, fat 5; labels are each flow's own.
marks_ini() {
	daemon_ini label.unknown=no label.alone=yes mark.enabled=yes mark.thin=4 mark.fat=5 "$@"
}

# The rules of the gateway script, as far as marks go, and another user of marks before.
mark_rules() {
	# Connections do not end while a slow machine looks at them.
	on gateway sh -c 'for t in udp_timeout udp_timeout_stream tcp_timeout_close tcp_timeout_time_wait; do
		echo 600 >/proc/sys/net/netfilter/nf_conntrack_$t
	done'
	for family in iptables ip6tables; do
		on gateway sh -ec "
			$family -t mangle -A PREROUTING -m connmark --mark 0/$OTHERS_MASK \
				-j CONNMARK --set-xmark $OTHERS/$OTHERS_MASK
			$family -t mangle -A PREROUTING -j MARK --set-xmark $OTHERS_PACKET/$OTHERS_MASK
			$family -t mangle -F FORWARD
			$family -t mangle -A FORWARD -m connmark --mark 0/$MASK \
				-j CONNMARK --set-xmark 0x01000000/$MASK" ||
			fail "cannot make rules"
		queue_rules 1 || fail "cannot make rules"
		# What forwards with other marks than that user's is counted.
		on gateway sh -ec "
			$family -t mangle -A POSTROUTING -m mark ! --mark 0/$MASK \
				-j CONNMARK --save-mark --nfmask $MASK --ctmask $MASK
			$family -A FORWARD -m mark ! --mark $OTHERS_PACKET/$OTHERS_MASK" ||
			fail "cannot make rules"
	done
}

# marks_gateway: hosts, and a gateway with the rules for marks, but no script.
marks_gateway() {
	need_root python3
	need_daemon
	scratch
	hosts_up
	gateway_by_hand 1
	[ -r /proc/net/nf_conntrack ] || skip "needs /proc/net/nf_conntrack"
	mark_rules
	model_by_length "$tmp/model"
}

# others_survive: no packet was forwarded and no connection is there without their bits.
others_survive() {
	for family in iptables-save ip6tables-save; do
		on gateway $family -c -t filter | grep -qF "[0:0] -A FORWARD -m mark" ||
			fail "another user's bits in packets: $(on gateway $family -c -t filter)"
	done
	on gateway cat /proc/net/nf_conntrack | grep ' mark=' | awk -v others=$((OTHERS)) '
		{ mark = $0; sub(/.* mark=/, "", mark); sub(/ .*/, "", mark) }
		mark % 1024 != others || mark + 0 >= 536870912 { print; bad = 1 }
		END { exit bad }' || fail "another user's bits in connections"
}

# talk HOST ADDRESS PORT OWN_PORT STEP...: a UDP client whose datagrams are echoed; a step is
# COUNT:BYTES:PAUSE, so many datagrams with so many seconds after each; COUNT 0 goes on until
# SIGUSR1.
talk() {
	talk_host=$1
	shift
	on "$talk_host" python3 - "$@" <<-'PY' || fail "talking to $1: lost datagrams"
	import signal, socket, sys, time
	enough = []
	signal.signal(signal.SIGUSR1, lambda *_: enough.append(1))
	address, port, own = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
	s.settimeout(5)
	s.bind(('', own))
	s.connect((address, port))
	for step in sys.argv[4:]:
	    count, size, pause = step.split(':')
	    enough.clear()
	    sent = 0
	    while sent < int(count) or (int(count) == 0 and not enough):
	        s.send(bytes(int(size)))
	        s.recv(65536)
	        sent += 1
	        time.sleep(float(pause))
	PY
}

# server_on HOST PORT
server_on() {
	on "$1" "$BUILD/tests/hosts/traffic" serve "$2" >"$tmp/serve-$1-$2" 2>&1 &
	wait_for 5 grep -q ready "$tmp/serve-$1-$2" || fail "no server on $1"
}

# marks_of 4|6 udp|tcp PORT: the values in marks of connections to this port, as they began.
marks_of() {
	on gateway cat /proc/net/nf_conntrack | awk -v family="ipv$1" -v proto="$2" -v port="dport=$3" '
		$1 == family && $3 == proto {
			for (i = 4; $i !~ /^dport=/; i++)
				;
			mark = $0
			sub(/.* mark=/, "", mark)
			sub(/ .*/, "", mark)
			if ($i == port)
				print int(mark / 16777216) % 16
		}' | sort -u | tr '\n' ' ' | sed 's/ $//'
}

has_marks() {
	[ "$(marks_of "$1" "$2" "$3")" = "$4" ]
}

# expect_marks WHAT 4|6 udp|tcp PORT VALUES: sooner or later.
expect_marks() {
	wait_for 20 has_marks "$2" "$3" "$4" "$5" ||
		fail "$1: marks are '$(marks_of "$2" "$3" "$4")', not '$5': $(tail -n 5 "$tmp/labels")"
}

# no_mark_waits: every mark was carried by a packet, or has come back and been set.  Asked twice:
# what had just come back at the first answer has been set at the second.
no_mark_waits() {
	for _ in 1 2; do
		counters
		[ "$(mark_counter waiting)" -eq 0 ] || return 1
	done
}

# mark_counter NAME: of the last counters told.
mark_counter() {
	grep ' marks ' "$tmp/daemon.log" | tail -n 1 | grep -oE "$1=[0-9]+" | sed 's/.*=//'
}

# outside 4|6 udp|tcp PORT: does the connection from this port have the bit?
outside() {
	line=$(on gateway cat /proc/net/nf_conntrack | grep "^ipv$1 .* $2 [^=]* src=[^=]*=[^=]*=$3 dport=")
	[ -n "$line" ] || return 1
	mark=$(printf '%s\n' "$line" | sed 's/.* mark=//; s/ .*//')
	[ $((mark & SKIP)) -ne 0 ]
}

# passed PORT: packets of the connection from it, as the kernel counts them.
passed() {
	on gateway cat /proc/net/nf_conntrack | grep "^[^=]* src=[^=]*=[^=]*=$1 dport=" | grep -oE 'packets=[0-9]+' |
		awk -F = '{ sum += $2 } END { print sum + 0 }'
}

# talking ...: in the background, see talk, until silence.
talkers=
talking() {
	talk "$@" >>"$tmp/talk" 2>&1 &
	talkers="$talkers $!"
}

# to_talkers SIGNAL
to_talkers() {
	for talker in $talkers; do
		# shellcheck disable=SC2046 # a list of process numbers
		kill -s "$1" $(cat "/proc/$talker/task/$talker/children" 2>/dev/null) 2>/dev/null
	done
}

silence() {
	to_talkers TERM
	for talker in $talkers; do
		wait "$talker" 2>/dev/null
	done
	talkers=
}

# While it is outside, it goes on and nothing of it is queued: looked at between two
# moments at which it was.
passes_by() {
	queued=$(queue_column 8) before=$(passed "$1")
	wait_for 10 passed_more "$1" $((before + 5)) || fail "the connection stands still"
	if outside 4 udp "$1"; then
		[ "$(queue_column 8)" -eq "$queued" ] || return 1
	else
		return 1 # it came back meanwhile
	fi
}

passed_more() {
	[ "$(passed "$1")" -ge "$2" ]
}
