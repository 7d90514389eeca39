#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Each header compiles alone, so that the order of includes hides nothing.

. "$(dirname "$0")/common.bash"

status=0
# shellcheck disable=SC2207 # words
flags=($(cflags))
while read -r header; do
	echo "#include \"$header\"" | gcc "${flags[@]}" -Wall -Wextra -Werror \
		-fsyntax-only -x c - || status=1
done < <(tree_files 'lib/*.h' 'cmd/*.h' 'test/*.h')
exit $status
