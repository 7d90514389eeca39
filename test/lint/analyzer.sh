#!/bin/bash
# SPDX-License-Identifier: ISC
#
# gcc's analyzer follows the paths through lib and cmd. What it takes for leaks
# is mostly stored in a struct; the sanitizers know better.

. "$(dirname "$0")/common.bash"

# shellcheck disable=SC2046 # words
tree_files 'lib/*.c' 'cmd/*.c' | silent xargs -P "$jobs" -n 1 \
	gcc $(cflags) -O2 -fanalyzer -Wno-analyzer-malloc-leak -Werror -S -o /dev/null
