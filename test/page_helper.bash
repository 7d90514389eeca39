# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# What the tests that do what a manual page shows have in common, loaded
# behind test_helper. Each sets PAGE to the name of the page's file.

# block HEADING NUMBER: a literal block below a heading, `STRATEGIES` or, of
# one that goes on with a colon, `Step 1`; as mdoc shows it.
block() {
	awk -v heading="$1" -v wanted="$2" '
		/^\.S[sh] / {
			title = substr($0, 5)
			here = title == heading || index(title, heading ": ") == 1
			n = 0
		}
		here && $1 == ".Ed" { inside = 0 }
		here && inside && n == wanted { gsub(/\\e/, "\\"); print }
		here && $1 == ".Bd" { inside = 1; n++ }
	' "$ROOT/man/$PAGE"
}

# line HEADING NUMBER: a command that has a line to itself below a heading.
line() {
	awk -v heading="$1" -v wanted="$2" '
		/^\.S[sh] / { here = substr($0, 5) == heading; n = 0 }
		here && $1 == ".Dl" && ++n == wanted {
			sub(/^\.Dl (\$ )?/, "")
			gsub(/\\\(dq/, "\""); gsub(/\\&/, ""); gsub(/\\-/, "-")
			print
		}
	' "$ROOT/man/$PAGE"
}

# The first block below a heading is the file.
file_of() {
	block "$1" 1 | conf
	[[ -s supervise.conf ]]
	run -0 supervise check
	refute_output warning
}

# type_of HEADING [NUMBER]: types the commands of the second block, or another;
# the last one's output is left in `output`.
type_of() {
	local line
	while IFS= read -r line; do
		[[ $line == '$ supervise '* ]] || fail "no command: $line"
		eval "run -0 ${line#\$ }"
	done < <(block "$1" "${2-2}")
}
