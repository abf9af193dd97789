#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2119 # no programs beyond the usual
# The gateway's own rules let labelled connections pass by the queue, the kernel counts them
# meanwhile, and none of that is left when it is down.
. tests/lib.sh
. tests/lib_daemon.sh
. tests/lib_marks.sh
need_root python3
need_daemon
scratch
hosts_up
model_by_length "$tmp/model"
marks_ini queue.skip_labelled=2 queue.resample_s=60
on gateway sh -c 'echo 0 >/proc/sys/net/netfilter/nf_conntrack_acct'

# Rules of one chain stand in the order in which they are listed.
return_stands_before_queue() {
	on gateway "$1" -t mangle -S | awk '
		/connmark.*0x10000000\/0x10000000.*RETURN/ { returns = NR }
		/NFQUEUE/ { queue = queue ? queue : NR }
		END { exit !(returns && queue && returns < queue) }'
}

host_state "$tmp/before"
gateway up || fail up
for family in iptables ip6tables; do
	return_stands_before_queue $family || fail "$family: $(on gateway $family -t mangle -S)"
done
[ "$(on gateway cat /proc/sys/net/netfilter/nf_conntrack_acct)" -eq 1 ] || fail "nothing is counted"
daemon_start 1
server_on server 7002
talking client 203.0.113.2 7002 4001 0:40:0.02
wait_for 30 outside 4 udp 4001 || fail "it does not leave: $(cat "$tmp/labels")"
passes_by 4001 || fail "it goes through the queue, or came back"
silence
daemon_stop
gateway down || fail down
host_same "$tmp/before" down
if on gateway cat /proc/net/nf_conntrack | grep ' mark=' | grep -v ' mark=0 '; then
	fail "marks stay in connections"
fi
