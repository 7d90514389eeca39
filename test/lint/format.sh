#!/bin/bash
# SPDX-License-Identifier: ISC
#
# clang-format has nothing to change. `make format` makes it so.

. "$(dirname "$0")/common.bash"

status=0
while read -r file; do
	line=$(clang-format "$file" | diff "$file" - | sed -n '1s/[^0-9].*//p')
	[[ -n $line ]] || continue
	echo "$file:$line: the first of the lines that clang-format would change"
	status=1
done < <(c_files)
exit $status
