# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# For suites of programs that print specifications: `./p` is the program.

# program NAME: an executable script from standard input.
program() {
	{ echo "#!/bin/sh"; cat; } >"$1"
	chmod +x "$1"
}

# The program runs, and is held by what it reads from.
program_runs() {
	eventually held
}

held() {
	[[ $(count_held) -gt 0 ]]
}

not_held() {
	! held
}

count_held() {
	local pid
	for pid in $(marked_pids); do
		tr '\0' ' ' <"/proc/$pid/cmdline"
		echo
	done 2>/dev/null | grep -c '^/bin/sh \./p '
}
