#!/bin/bash
# SPDX-License-Identifier: ISC
#
# gcc's analyzer follows the paths through lib and cmd.

. "$(dirname "$0")/common.bash"

# shellcheck disable=SC2046 # words
tree_files 'lib/*.c' 'cmd/*.c' | silent xargs -P "$jobs" -n 1 \
	gcc $(cflags) -O2 -fanalyzer -Werror -S -o /dev/null
