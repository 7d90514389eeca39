#!/bin/bash
# SPDX-License-Identifier: ISC
#
# clang-tidy: size and nesting of functions, and what else .clang-tidy asks.
# Of each function clang's analyzer follows the paths up to so many nodes; what
# it finds is found early, and its own limit, TIDY_NODES=225000, takes thrice
# the time of all other checks together.

. "$(dirname "$0")/common.bash"

flags="$(cflags) -Xclang -analyzer-config -Xclang max-nodes=${TIDY_NODES:-20000}"
# shellcheck disable=SC2086 # words
tidy() {
	clang-tidy --quiet "$1" -- $flags 2>/dev/null
}
export flags
export -f tidy

# What stands in for a C library has the names that such a library has.
tree_files 'lib/*.c' 'cmd/*.c' | grep -v '^cmd/musl/' | xargs -P "$jobs" -I{} bash -c 'tidy {}'
