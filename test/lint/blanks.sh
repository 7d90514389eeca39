#!/bin/bash
# SPDX-License-Identifier: ISC
#
# No blank at the end of a line, no blank line at the end of a file, a newline
# at the end of each, and C is indented with tabs.

. "$(dirname "$0")/common.bash"

status=0
found() {
	echo "$1: $2"
	status=1
}

while read -r file; do
	[[ -s $file ]] || { found "$file" "is empty"; continue; }
	grep -Iq . "$file" || continue
	while IFS=: read -r line _; do
		found "$file:$line" "ends with a blank"
	done < <(grep -nE '[[:blank:]]$' "$file")
	[[ -z $(tail -c 1 "$file") ]] || found "$file" "does not end with a newline"
	[[ -n $(tail -n 1 "$file") ]] || found "$file" "ends with an empty line"
	! grep -q $'\r' "$file" || found "$file" "has a carriage return"
	case $file in
	*.[ch])
		while IFS=: read -r line _; do
			found "$file:$line" "is indented with spaces"
		done < <(grep -nE '^ {8}' "$file")
		;;
	esac
done < <(tree_files | grep -vE '^test/(fuzz/corpus|golden)/')
exit $status
