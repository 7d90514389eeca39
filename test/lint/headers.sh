#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Each header compiles alone, so that the order of includes hides nothing.

. "$(dirname "$0")/common.bash"

status=0
while read -r header; do
	# shellcheck disable=SC2046 # words
	echo "#include \"$header\"" | gcc $(cflags) -Wall -Wextra -Werror \
		-fsyntax-only -x c - || status=1
done < <(tree_files 'lib/*.h' 'cmd/*.h' 'test/*.h')
exit $status
