#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs alone: times decide.
# shellcheck disable=SC2119,SC2317 # functions that others call, settings that may be none
# nfclass-gateway shapes by connection marks: an app has its rate one way and the link's the
# other way, and what has no shape the rest.  Rates are what real TCP connections carry.
. tests/lib.sh
. tests/lib_shaping.sh
need_root python3 tc
need_daemon
scratch
hosts_up
shaping_ini
gateway up || fail up
label 7004 4
label 7005 5
flows_serve 7000 7004 7005

# What an app has a connection in each direction for, as iperf3 --bidir has.
one_way_held() {
	rates "down@$1@7004" "up@$1@7004" "down@$1@7000"
	expect "down@$1@7004" down 4.5 5.2
	expect "up@$1@7004" up 17 20
	expect "down@$1@7000" down 29 35
}

other_way_held() {
	rates "down@$1@7005" "up@$1@7005" "up@$1@7000"
	expect "up@$1@7005" up 4.5 5.2
	expect "down@$1@7005" down 34 40
	expect "up@$1@7000" up 12.5 15
}

# Both ways in one connection: what it carries down is a download and its upload's
# acknowledgements.
one_connection() {
	rates "both@$1@7004"
	whole=$(awk '{ gsub(/[a-z]+=/, ""); print $2 + $4 }' "$tmp/rates")
	between 4.5 "$whole" 5.2 || fail "$whole Mbit/s down: $(cat "$tmp/rates")"
	expect "both@$1@7004" up 17 20
}

one_way_held $SERVER4
one_way_held $SERVER6
other_way_held $SERVER4
other_way_held $SERVER6
one_connection $SERVER4
one_connection $SERVER6
