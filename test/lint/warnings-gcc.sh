#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Every C file of the tree compiles with gcc, warnings being errors.

. "$(dirname "$0")/common.bash"

silent make -s -k -j"$jobs" strict-gcc
