#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Every C file of the tree compiles with clang, warnings being errors.

. "$(dirname "$0")/common.bash"

silent make -s -k -j"$jobs" strict-clang
