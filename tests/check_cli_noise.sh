#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is in traces of two apps and like neither is Unknown once `train --noise` has found
# it, and `eval` and `show` tell of it.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib_cli.sh

cd "$dir" || exit 1
mkdir -p set/Chat set/Game
for i in 1 2 3 4 5 6; do
	capture chat $i 1$i >set/Chat/$i.pcap
	capture game $i 2$i >set/Game/$i.pcap
done
capture video 1 31 >set/Chat/video.pcap
capture video 2 32 >set/Game/video.pcap
capture video 3 33 >video.pcap
capture chat 7 34 >chat.pcap

expect 0 '' train --trees 50 -o plain.nfm set
grep -q 'not learned' out && { echo "plain training leaves out: $(cat out)"; failed=1; }
for how in keep drop ambiguous; do
	expect 0 '' train --trees 50 --noise $how -o $how.nfm set
	[ $how = keep ] || printed '; [1-9][0-9]* not learned as what they say'
	expect 0 '' classify --format kv -m $how.nfm video.pcap
	if grep -q 'reason=ambiguous' out; then said=ambiguous; else said=; fi
	case $how-$said in
	keep- | drop- | ambiguous-ambiguous) ;;
	*) echo "--noise $how says: $(cat out)"; failed=1 ;;
	esac
	grep 'reason=ambiguous' out | grep -v 'label=Unknown' && failed=1
done
cmp plain.nfm keep.nfm || { echo 'keep is not the default'; failed=1; }
expect 0 '' classify --format kv -m ambiguous.nfm chat.pcap
grep -q 'reason=ambiguous' out && { echo "chat is ambiguous: $(cat out)"; failed=1; }
expect 0 '' show ambiguous.nfm
printed '^noise  *ambiguous$'
printed '^not_learned  *[1-9]'
grep -q Ambiguous out && { echo 'nobody is a class'; failed=1; }
expect 0 '' explain -m ambiguous.nfm video.pcap
printed '(none of these)  *0\.[0-9]*$'
expect 0 '' explain -m drop.nfm video.pcap
grep -q 'none of these' out && { echo 'votes are missing'; failed=1; }

expect 0 '' eval --split 0.8 --trees 50 --noise ambiguous set
printed '^coverage'
expect 2 'options for them go with --split' eval plain.nfm --noise drop set
expect 2 "'x' is not keep, drop or ambiguous" train --noise x -o x.nfm set

# Small burst-flows can be left out, where it is known which they are.
expect 0 '' train --learn-packets 30 --trees 50 -o big.nfm set
printed '; [1-9][0-9]* not learned as what they say'
"$nfclass" extract set | cut -d, -f1-3,15- >bare.csv
expect 1 'how many packets' train --learn-packets 2 -o x.nfm bare.csv
exit $failed
