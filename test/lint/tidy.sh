#!/bin/bash
# SPDX-License-Identifier: ISC
#
# clang-tidy: size and nesting of functions, and what else .clang-tidy asks.

. "$(dirname "$0")/common.bash"

# shellcheck disable=SC2046 # words
tidy() {
	clang-tidy --quiet "$1" -- $(cflags) 2>/dev/null
}
export -f tidy cflags

tree_files 'lib/*.c' 'cmd/*.c' | xargs -P "$jobs" -I{} bash -c 'tidy {}'
