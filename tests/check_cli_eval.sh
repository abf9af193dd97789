#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What `nfclass eval` says: what it judges, what it refuses, and that it can be repeated.
# shellcheck disable=SC2086 # $some is words
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib_cli.sh

cd "$dir" || exit 1
mkdir -p set/Chat set/Game
for i in 1 2 3 4; do
	capture chat $i 1$i >set/Chat/$i.pcap
	capture game $i 2$i >set/Game/$i.pcap
done
"$nfclass" extract --features full set >set.csv || exit 1
"$nfclass" train -o m.nfm --trees 20 set >/dev/null || exit 1
some="--trees 20 --split 0.5"

# One trace laid over another: the same again with the same seed, and each is judged as
# the base and as what lies over it.
mix() {
	expect 0 '' eval $some --mix "$@" set
}
mix --seed 3
cp out once
mix --seed 3
cmp -s once out || { echo "--mix: not the same again"; failed=1; }
mix --seed 4
cmp -s once out && { echo "--mix: the seed does nothing"; failed=1; }
mix --repeat 2 --alone --json mix.json
printed '^avg / total'
grep -q '"traces":"laid over each other"' mix.json || { echo "mix.json does not tell: $(head -c 300 mix.json)"; failed=1; }
expect 0 'trained on this very data' eval m.nfm --mix --repeat 2 set
expect 2 'options for them go with --split' eval m.nfm --repeat 2 set
expect 1 'needs captures' eval --split 0.5 --mix set.csv
expect 1 'needs captures' eval m.nfm --mix set set.csv
"$nfclass" eval m.nfm --mix - <set/Chat/1.pcap 2>err >out
grep -q 'standard input' err || { echo "--mix -: $(cat err)"; failed=1; }
expect 1 'one class only' eval m.nfm --mix set/Chat

# What could leak is told, and what does is refused.
expect 0 '' eval $some set
cp -r set twice
cp twice/Chat/1.pcap twice/Chat/copy.pcap
expect 0 'learned from as well, as .*Chat/.* is by .*Chat/' eval $some --repeat 4 twice
capture chat 9 11 >twice/Chat/copy.pcap
expect 0 'recorded while their client' eval $some --repeat 4 twice
expect 0 'trained on 4 of these 5 traces' eval m.nfm twice/Chat
cut -d, -f2,15- set.csv >torn.csv
expect 1 'column trace is missing' eval $some torn.csv
expect 1 'column trace is missing' train -o x.nfm torn.csv
expect 0 'may be on both sides' eval $some --leaky torn.csv
expect 2 '--leaky does it' eval $some --split-by flow set
expect 0 'may be on both sides' eval $some --split-by flow --leaky set
expect 2 'not with --split-by flow' eval $some --split-by flow --leaky --mix set
expect 2 'goes with --split' eval --split-by flow m.nfm set
expect 2 "'x' is not trace or flow" eval $some --split-by x set
expect 0 '' show m.nfm
grep -q seen out && { echo 'show prints digests'; failed=1; }

# What is foreign: in a folder, or a class that is left out.
mkdir -p other/Video
capture video 1 31 >other/Video/1.pcap
capture video 2 32 >other/Video/2.pcap
cp -r other/Video set/
capture video 3 33 >set/Video/3.pcap
expect 0 '' eval $some --unknown other --open --repeat 2 --json open.json --report open.html set
printed '^other '
printed '^Chat '
printed '^Video '
printed '^mean of classes '
grep -q '"name":"Video","known":[1-9]' open.json || { echo "open.json: $(tail -n 3 open.json)"; failed=1; }
grep -q '<h2>Unknown' open.html || { echo 'open.html tells nothing of Unknown'; failed=1; }
for title in Scores Classes 'Confusion matrix' 'Accuracy and coverage' Reliability \
	'Importance of features'; do
	grep -q "<h2>$title<" open.html || { echo "open.html has no $title"; failed=1; }
done
expect 0 '' eval $some --early --report early.html set
grep -q '<h2>Early labels<' early.html || { echo 'early.html has no curve'; failed=1; }
grep -qi '<script\|http' open.html && { echo 'open.html is not self-contained'; failed=1; }
for key in calibration_error reliability importance splits; do
	grep -q "\"$key\":" open.json || { echo "open.json has no $key"; failed=1; }
done
expect 0 '' eval $some --unknown other set/Chat set/Game
printed '^other '
grep -q '^mean of classes' out && { echo 'a mean of no class'; failed=1; }
expect 0 'trained on 8 of these 8' eval m.nfm --unknown other set/Chat set/Game
printed '^other  *[01]\.[0-9]* *[01]\.'
expect 1 'missing: No such file' eval $some --unknown missing set
expect 1 'its columns are not' eval $some --unknown set.csv --features seed15 set
expect 2 '--open goes with --split' eval m.nfm --open set
# Without one of two classes there is nothing left to tell apart.
mkdir two && cp -r set/Chat set/Game two/
expect 0 '' eval $some --open two

# Labels that do not wait: with all packets they are the final ones.
expect 0 '' eval $some --early --json early.json set
printed '^      1 .* 1\.0000 '
printed '^    all '
whole=$(sed -n 's/.*"flow_accuracy":{"mean":\([0-9.]*\).*/\1/p' early.json)
grep -q "{\"packets\":null,\"f1\":[0-9.]*,\"accuracy\":$whole,.*\"reached\":0\.000000" early.json || {
	echo "not $whole at the end of: $(sed -n '/"early"/,$p' early.json)"
	failed=1
}
grep -q '{"packets":1,.*"reached":1\.000000,' early.json || { echo 'one packet is too many'; failed=1; }
expect 1 '--early: needs captures' eval $some --early set.csv
expect 2 'not with --mix' eval $some --early --mix set

# A search says what it tried, and trains the best of it.
expect 0 '' train --search --folds 2 --trees 20 -o s.nfm set/Chat set/Game other
printed '^trees extra .* Chat  *Game  *other  *nodes$'
printed '<- best$'
printed '^s.nfm: '
chosen=$(sed -n 's/^ *\([0-9]*\) .*<- best/\1/p' out)
expect 0 '' show s.nfm
printed "^trees  *$chosen$"
exit $failed
