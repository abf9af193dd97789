#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Shape of the source: includes point one way, functions and files stay small, names keep
# clear of the libraries'.  Says every place that does not, then fails.
: "${MODULES:=$(make -s modules)}"
faults=$(mktemp) || exit 1
trap 'rm -f "$faults"' EXIT

# The list of modules is the architecture: each includes only what stands before it.
# Programs (nfclass.c, nfclassd.c and the files that only they use) come last, and they
# alone know conf.h.
includes() {
	awk -v modules="$MODULES" '
	BEGIN {
		n = split(modules, name, " ")
		for (i = 1; i <= n; i++)
			place[name[i]] = i
	}
	FNR == 1 {
		self = FILENAME
		sub(/.*\//, "", self)
		sub(/\.[ch]$/, "", self)
		here = self in place ? place[self] : n + 1
	}
	/^#include "/ {
		split($0, part, "\"")
		other = part[2]
		sub(/\.h$/, "", other)
		there = other in place ? place[other] : n + 1
		if (other != self && there >= here && here <= n)
			print FILENAME ":" FNR ": includes " part[2] ", which MODULES lists after " self
		if (other == "conf" && here <= n && self !~ /^conf(_check)?$/)
			print FILENAME ":" FNR ": only programs include conf.h"
	}' src/*.c include/*.h
}

# A name in MODULES that is nothing, and a source that is in no list.
listed() {
	for module in $MODULES; do
		[ -e "src/$module.c" ] || [ -e "include/$module.h" ] ||
			echo "Makefile: module $module has neither source nor header"
	done
	for file in src/*.c; do
		object=$BUILD/$(basename "$file" .c).o
		[ ! -d "$BUILD" ] || [ -e "$object" ] || echo "$file: the build does not use it"
	done
}

# Functions begin at a brace in column 1 after a line that ends a parameter list.
functions() {
	# shellcheck disable=SC2046 # a list of files
	awk '
	FNR == 1 { open = 0; head = "" }
	!open && /^[a-z].*\(/ && !/;[ \t]*$/ { head = ""; at = FNR; named = 1 }
	!open && named { head = head " " $0 }
	!open && /;[ \t]*$/ { named = 0; head = "" }
	/^\{/ {
		open = 1
		start = FNR
		text = head
		named = 0
		sub(/^[^(]*\(/, "", text)
		while (gsub(/\([^()]*\)/, "", text))
			;
		if (FILENAME !~ /^tests/ && gsub(/,/, ",", text) > 4)
			print FILENAME ":" at ": more than five parameters"
	}
	/^\}/ {
		if (open && FNR - start > 61)
			print FILENAME ":" start ": a function of " FNR - start - 1 " lines, 60 is the most"
		open = 0
		head = ""
	}' src/*.c include/*.h $(ls tests/*.c tests/hosts/*.c 2>/dev/null)
}

# The licence stands in the first line, in scripts in the second.
files() {
	# shellcheck disable=SC2046 # a list of files
	awk '
	function report() {
		if (lines >= 400)
			print last ": " lines " lines, a file stays under 400"
		if (last != "" && !licensed)
			print last ": does not begin with its licence"
	}
	FNR == 1 { report(); last = FILENAME; licensed = 0 }
	FNR <= 2 && /SPDX-License-Identifier: GPL-2.0-or-later/ { licensed = 1 }
	{ lines = FNR }
	END { report() }' src/*.c include/*.h tests/*.sh gateway/nfclass-gateway gateway/parts/*.sh \
		$(ls tests/*.c tests/hosts/*.[ch] 2>/dev/null)
}

# nfq_, nfct_, nft_ and mnl_ belong to libraries; headers must not hide system ones.
names() {
	grep -nE '^[a-z][a-z0-9_ ]*[ *](nfq|nfct|nft|mnl)_[a-z0-9_]*\(' src/*.c include/*.h |
		sed 's/$/  (a library has that prefix)/'
	grep -nE '^typedef (struct|union|enum)' src/*.c include/*.h | sed 's/$/  (typedef)/'
	for header in include/*.h; do
		for dir in /usr/include /usr/include/netinet /usr/include/sys; do
			[ ! -e "$dir/${header##*/}" ] || echo "$header: $dir has one of that name"
		done
	done
}

leftovers() {
	grep -nE '\b(TODO|FIXME|XXX|HACK)\b' -r src include gateway conf 2>/dev/null
}

{ includes && listed && functions && files && names && leftovers; } >"$faults"
if [ -s "$faults" ]; then
	cat "$faults"
	exit 1
fi
