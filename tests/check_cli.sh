#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a person meets at the command line: exit codes, and messages that say what is wrong
# and what is allowed.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib_cli.sh
man=$PWD/src/man/nfclass.1

cd "$dir" || exit 1
mkdir -p set/Chat set/Game
for i in 1 2 3; do
	for app in chat:Chat game:Game; do
		"$build/tests/gen_traffic" ${app%:*} $i 20 |
			"$build/tests/gen_capture" >"set/${app#*:}/$i.pcap"
	done
done
cp set/Chat/1.pcap whole.pcap
head -c 3000 whole.pcap >short.pcap
echo "no capture, certainly" >text.txt
mkdir empty
"$build/tests/gen_capture" us ppp </dev/null >ppp.pcap

expect 0 '' --help
printed extract
expect 0 '' --version
for command in extract train eval classify explain log show status top reload; do
	expect 0 '' $command --help
	printed "^usage: nfclass $command"
done
# The manual page tells of each option.
for command in extract train eval classify explain log show status top reload; do
	"$nfclass" $command --help | sed -n 's/^ .*--\([a-z-]*\).*/\1/p'
done | sort -u >options
while read -r option; do
	grep -q -- "^\.It Fl.* \?-$option\b" "$man" || {
		echo "nfclass.1 does not tell of --$option"
		failed=1
	}
done <options
[ "$(wc -l <options)" -gt 20 ] || { echo "too few options: $(cat options)"; failed=1; }
expect 2 'no command given'
expect 2 "no command 'fly'" fly
expect 2 "no option '--fly'" extract --fly whole.pcap
expect 2 "no option '--split'" extract --split 0.5 whole.pcap
expect 2 "'--gap' needs a value" extract --gap
expect 2 "'x' is not a number of seconds in 0.001..60" extract --gap x whole.pcap
expect 2 "'61' is not a number of seconds in 0.001..60" extract --gap 61 whole.pcap
expect 2 "'575' is not a whole number in 576..65535" extract --mtu 575 whole.pcap
expect 2 "'1e3' is not a whole number" extract --mtu 1e3 whole.pcap
expect 2 "'best' is not one of seed15 full" extract --features best whole.pcap
expect 2 "'10.0.0.0/33' is not ADDRESS" extract --lan 10.0.0.0/33 whole.pcap
expect 2 'extract: no TRACE' extract
expect 2 'log: no TRACE' log
expect 1 'No such file .*is nfclassd running' status --socket "$dir/none"
expect 1 "$dir/none: No such file" top -c "$dir/none"
expect 2 "'0' is not a whole number in 1..1000" top --rows 0
expect 2 "reload: 'now' is too much" reload now
printf '[control]\nsocket = none\n[queue]\nwrong = 1\n' >wrong.ini
expect 1 "control socket $dir/none: No such file" reload -c wrong.ini
printf '[control]\nsocket =\n' >empty.ini
expect 1 'empty.ini: .control. socket is empty' status -c empty.ini

# A model, to explain what it says.
expect 0 '' train -o m.nfm --trees 5 set
expect 2 'explain: no model' explain whole.pcap
expect 2 'explain: no TRACE' explain -m m.nfm
expect 2 "'kv' is not text or json" explain -m m.nfm --format kv whole.pcap
expect 1 'no such burst-flow' explain -m m.nfm --burst 1000 whole.pcap
expect 0 '' explain -m m.nfm --burst 1 --alone whole.pcap
printed '^burst=1 '
printed '^  before any feature '
grep -q '^burst=2 ' out && { echo 'explains another burst'; failed=1; }
# Which of several traces it is.
cp whole.pcap 'odd "name=.pcap'
expect 0 '' classify -m m.nfm whole.pcap
grep -q '^Trace' out && { echo 'a single trace is named'; failed=1; }
expect 0 '' classify -m m.nfm whole.pcap 'odd "name=.pcap'
printed '^Trace whole.pcap:$'
printed '^Trace odd "name=.pcap:$'
expect 0 '' classify -m m.nfm --format kv whole.pcap 'odd "name=.pcap'
printed '^trace=whole.pcap burst=1 client='
printed '^trace="odd \\"name=.pcap" burst=1 client='
expect 0 '' classify -m m.nfm --format json whole.pcap 'odd "name=.pcap'
printed '^{"trace":"odd \\"name=.pcap","burst":1,'
expect 0 '' explain -m m.nfm --burst 1 --format json whole.pcap set/Chat/2.pcap
printed '^{"flow":{"trace":"set/Chat/2.pcap","burst":1,'
expect 0 '' log whole.pcap set/Chat/2.pcap
printed '^Trace set/Chat/2.pcap:$'
rm 'odd "name=.pcap'
expect 2 'wants --format kv or json' classify -m m.nfm --early whole.pcap

# One bad file among good ones: named, and the others are done.
expect 1 '^nfclass: text.txt: not a capture' extract text.txt whole.pcap
printed '^whole.pcap,'
expect 1 '^nfclass: missing.pcap: No such file' extract missing.pcap whole.pcap
printed '^whole.pcap,'
expect 1 'link type PPP (9) is not read' extract ppp.pcap
expect 1 'not a capture' log text.txt whole.pcap
printed '^In one second'

# Cut short: a warning, and all that is whole.
expect 0 '^nfclass: warning: short.pcap: cut short' extract short.pcap
printed '^short.pcap,'
expect 0 '^nfclass: warning: short.pcap: cut short' log short.pcap

# Folders: sorted by byte value, the label is the folder's name.
expect 0 '' extract set
cut -d, -f1,2 out | uniq | tail -n +2 >order
LC_ALL=C sort -c order || failed=1
[ "$(wc -l <order)" -eq 6 ] || { echo "not six traces: $(cat order)"; failed=1; }
printed '^set/Game/3.pcap,Game,1,192.168.12.100,'
(cd set/Chat && "$nfclass" extract 1.pcap) >out
printed '^1.pcap,Chat,'
mkdir 'set/a, "b"'
cp whole.pcap 'set/a, "b"/1.pcap'
expect 0 '' extract 'set/a, "b"'
printed '^"set/a, ""b""/1.pcap","a, ""b""",1,'
rm -r 'set/a, "b"'

# unwritable WHAT CODE PATTERN: it was noticed that output cannot be written.
unwritable() {
	if [ "$2" -ne 1 ] || ! grep -q "cannot write standard output$3" err; then
		echo "$1: exit $2: $(cat err)"
		failed=1
	fi
}
if [ -e /dev/full ]; then
	"$nfclass" extract set >/dev/full 2>err
	unwritable 'full disk' $? ': No space'
fi
{ "$nfclass" extract set set set; echo $? >code; } 2>err | :
unwritable 'closed pipe' "$(cat code)" ''
exit $failed
