#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a configuration says that can do nothing: `nfclassd -T` warns of it, with file and
# line, and finds it good all the same.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib_cli.sh
nfclassd=$build/nfclassd
ini=$dir/nfclass.ini
chmod 755 "$dir"

# set_of DIR TRACES: made-up traffic of two apps.
set_of() {
	for app in chat:Chat game:Game; do
		mkdir -p "$dir/$1/${app#*:}"
		for i in $(seq "$2"); do
			capture "${app%:*}" "$i" "$(printf %02d "$i")" >"$dir/$1/${app#*:}/$i.pcap"
		done
	done
}

# configure MODEL: sections from stdin are added.  The user is one that every system has.
configure() {
	{ printf '[daemon]\nuser = nobody\n[model]\npath = %s\n' "$1" && cat; } >"$ini"
}

# warned_of KEY TEXT: of the line that begins so, if it has a line.
warned_of() {
	line=$(grep -n "^$1 = " "$ini" | cut -d: -f1)
	grep -qF "nfclassd: warning: $ini:$line: $2" "$dir/said" ||
		{ echo "no warning of $1, line $line: $2: $(cat "$dir/said")" && failed=1; }
}

# said TEXT: among all that was.
said() {
	grep -qF "$1" "$dir/said" || { echo "no '$1': $(cat "$dir/said")" && failed=1; }
}

# warnings N ARGUMENT...: so many of them, and exit code 0.
warnings() {
	want=$1
	shift
	"$nfclassd" "$@" -c "$ini" >"$dir/out" 2>"$dir/said" ||
		{ echo "nfclassd $* exits with $?" && failed=1; }
	[ "$(grep -c 'warning: ' "$dir/said")" -eq "$want" ] ||
		{ echo "nfclassd $*: not $want warnings: $(cat "$dir/said")" && failed=1; }
}

set_of set 6
"$nfclass" train -o "$dir/set.nfm" --trees 20 "$dir/set" >/dev/null || exit 1
set_of few 1
"$nfclass" train -o "$dir/few.nfm" --trees 20 --precision 0.999 "$dir/few" >/dev/null || exit 1

configure "$dir/set.nfm" <<'END'
[mark]
enabled = yes
Chta = 5
[shape]
gane = down 1mbit
slow = down 2mbit
[policy]
noon = app "Game Boy" hours 12:00-13:00 none
mail = app Electronic-Mail none
early = app any device 10.0.0.0/8 hours 00:00-12:00 none
late = app any device 10.0.0.0/8 hours 12:00-24:00 none
never = app chat device 10.1.2.3 shape slow
always = app chat block
again = app CHAT days mon block
END
warnings 6 -T
said 'is good'
warned_of Chta '[mark] Chta: the model knows no such app; is Chat meant?'
warned_of gane '[shape] gane: the model knows no such app; is Game meant?'
warned_of noon '[policy] noon: the model knows no such app; is Game meant?'
warned_of mail '[policy] mail: the model knows no such app, but Chat, Game'
warned_of never '[policy] never: never decides: the rules before it fit wherever it does'
warned_of again '[policy] again: never decides: rule always before it fits wherever it does'
# Without a look at the model, and apart from the settings.
warnings 2 -T --print
warned_of again '[policy] again: never decides'
grep -q 'decides' "$dir/out" && { echo 'a warning among the settings' && failed=1; }
warnings 0 -T --marks

# All of it can do something; a device that nobody uses is no fault.
configure "$dir/set.nfm" <<'END'
[mark]
enabled = yes
Chat = 5
[devices]
tablet = 192.168.1.20
[shape]
Game = down 1mbit
other = down 1mbit
unknown = down 1mbit
[policy]
one = app chat device 10.0.0.0/8 none
two = app chat none
three = app any none
END
warnings 0 -T

# A class whose threshold no confidence reaches.
configure "$dir/few.nfm" <<'END'
[mark]
enabled = yes
[policy]
one = app chat block
END
warnings 1 -T
warned_of one '[policy] one: the model is never sure enough to name this app'
printf '[label]\nunknown = no\n' >>"$ini"
warnings 0 -T

# A socket that cannot be made.
long=$(printf '%0107d' 0)
configure "$dir/set.nfm" <<END
[control]
socket = /$long
group = nfc-no-such
END
warnings 2 -T
said "[control] socket: /$long has more than 107 bytes"
said '[control] group: there is no nfc-no-such'
configure "$dir/set.nfm" <<END
[control]
socket = /${long#0}
group = 64917
END
warnings 0 -T

configure "$dir/set.nfm" <<'END'
[queue]
skip_labelled = 2
[shape]
Chat = down 1mbit
END
warnings 2 -T
said '[shape] and [policy] do nothing while [mark] enabled = no'
said 'skip_labelled does nothing'
exit $failed
