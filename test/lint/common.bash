# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Read by every check: goes to the top of the tree and names its files. A
# check prints what it finds, as FILE:LINE: TEXT where it can, and ends with 0
# only when it found nothing.

set -u
export LC_ALL=C.UTF-8
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
# shellcheck disable=SC2034 # for the checks
jobs=$(nproc)

# Every file of the tree, committed or about to be, one a line. Arguments are
# patterns as git ls-files has them; without a repository find(1) serves.
tree_files() {
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files -co --exclude-standard -- "$@" | sort -u |
			while read -r file; do
				[[ -f $file ]] && echo "$file"
			done
	else
		local file pattern
		find . -type f -not -path './build/*' -printf '%P\n' | sort |
			while read -r file; do
				[[ $# -gt 0 ]] || echo "$file"
				for pattern; do
					# shellcheck disable=SC2053 # a pattern
					[[ $file == $pattern ]] && echo "$file"
				done
			done
	fi
	return 0
}

c_files() {
	tree_files 'lib/*.[ch]' 'cmd/*.[ch]' 'test/*.[ch]'
}

# Scripts by their first line, whatever their name.
shell_files() {
	tree_files | while read -r file; do
		read -r first <"$file" 2>/dev/null
		if [[ $file == *.@(bats|bash|sh) || $first == '#!'*@(sh|bash) ]]; then
			echo "$file"
		fi
	done 2>/dev/null
}

cflags() {
	echo "-std=c11 -D_GNU_SOURCE -Ilib -I. $(pkg-config --cflags libbsd-overlay)"
	echo "-DSUPERVISE_VERSION=\"lint\""
}

# Passes what the command prints on, and fails if that is anything.
silent() {
	local out
	out=$("$@" 2>&1)
	local status=$?
	[[ -z $out ]] || printf '%s\n' "$out"
	[[ $status -eq 0 && -z $out ]]
}
