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

mapfile -t files < <(tree_files | grep -vE '^test/(fuzz/corpus|golden)/')
for file in "${files[@]}"; do
	[[ -s $file ]] || found "$file" "is empty"
done

mapfile -t files < <(grep -lI . "${files[@]}")
while IFS=: read -r file line _; do
	found "$file:$line" "ends with a blank"
done < <(grep -nHE '[[:blank:]]$' "${files[@]}")
while read -r file; do
	found "$file" "has a carriage return"
done < <(grep -l $'\r' "${files[@]}")

for file in "${files[@]}"; do
	# Up to a byte that text does not have, so all of it.
	IFS= read -r -d '' text <"$file"
	[[ $text == *$'\n' ]] || found "$file" "does not end with a newline"
	[[ $text != *$'\n\n' ]] || found "$file" "ends with an empty line"
done

while IFS=: read -r file line _; do
	found "$file:$line" "is indented with spaces"
done < <(printf '%s\n' "${files[@]}" | grep '\.[ch]$' | xargs grep -nHE '^ {8}')
exit $status
