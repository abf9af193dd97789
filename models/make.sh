#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Make the shipped model and its manifest anew from the data sets, byte for byte:
#     sh models/make.sh DATA [nfclass]
# DATA holds cs4516-a and cs4516-b, folders of LABEL/TRACE captures (see README.md).
set -eu
data=$(cd "${1:?usage: make.sh DATA [nfclass]}" && pwd)
nfclass=$(realpath "${2:-build/nfclass}")
cd "$(dirname "$0")"

"$nfclass" train -o cs4516.nfm --features full --gap 1 --max 10 --seed 1 \
	--note source-a=Mcdonoughd/CS4516@49d1e8c \
	--note source-b=sjcomeau43543/MLforAndroidApps@478ef50 \
	"$data/cs4516-a" "$data/cs4516-b"
{
	echo "sha256  $(sha256sum cs4516.nfm)"
	echo "bytes   $(stat -c %s cs4516.nfm)"
	echo
	"$nfclass" show cs4516.nfm
} >cs4516.manifest
