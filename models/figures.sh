#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The figures of README.md in this folder, as rows of its tables:
#     sh models/figures.sh DATA [nfclass]
set -eu
data=${1:?usage: figures.sh DATA [nfclass]}
nfclass=${2:-build/nfclass}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# what ARGUMENT...: a row with the figures of one evaluation.
row() {
	what=$1
	shift
	"$nfclass" eval "$@" | awk -v what="$what" '
		/^F1, weighted/ { f1 = $3 }
		/^accuracy per burst-flow/ { flow = $4 }
		/^accuracy per burst / { burst = $4 }
		/^accuracy per trace/ { trace = $4 }
		/^coverage/ { coverage = $4 }
		/^accuracy of the named/ { named = $5 }
		END {
			printf "| %s | %s | %s | %s | %s | %s | %s |\n", what, f1, flow,
				burst, trace, coverage, named
		}'
}

echo '| what | F1, weighted | per burst-flow | per burst | per trace | named | right of the named |'
echo '|---|---|---|---|---|---|---|'
# A seed whose splits nothing was chosen on.
halves="--split 0.5 --repeat 10 --seed 9000"
for set in cs4516-a cs4516-b; do
	# shellcheck disable=SC2086 # options
	{
		row "$set, seed15, alone" --alone --features seed15 $halves "$data/$set"
		row "$set, full, alone" --alone --features full $halves "$data/$set"
		row "$set, full, all evidence" --features full $halves "$data/$set"
		row "$set laid over each other" --mix --features full $halves "$data/$set"
	}
done
for way in a:b b:a; do
	"$nfclass" train -o "$tmp/model.nfm" --features full "$data/cs4516-${way%:*}" >/dev/null
	row "trained on cs4516-${way%:*}, judged on cs4516-${way#*:}, alone" --alone \
		"$tmp/model.nfm" "$data/cs4516-${way#*:}"
	row "the same, all evidence" "$tmp/model.nfm" "$data/cs4516-${way#*:}"
done

# Apps that a model never saw: those of app60, and each class in turn.
foreign() {
	what=$1
	shift
	"$nfclass" eval --features full "$@" | awk -v what="$what" '
		/by own votes/ { on = 1; next }
		on && NF == 9 { last = $6 " | " $7 " | " $8 " | " $9 }
		on && /^mean of classes/ { last = $8 " | " $9 " | " $10 " | " $11 }
		END { printf "| %s | %s |\n", what, last }'
}

echo
echo '| foreign burst-flows, all evidence | Unknown | known ones that are | Unknown at 5 % of the known | AUROC |'
echo '|---|---|---|---|---|'
# shellcheck disable=SC2086 # options
{
	foreign "app60, trained on halves of cs4516-a and -b" $halves \
		--unknown "$data/app60" "$data/cs4516-a" "$data/cs4516-b"
	for set in cs4516-a cs4516-b; do
		foreign "$set, each class left out in turn" $halves --open "$data/$set"
	done
}
