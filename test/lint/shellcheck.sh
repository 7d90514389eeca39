#!/bin/bash
# SPDX-License-Identifier: ISC
#
# No complaint about any shell script, those of bats included, by shellcheck.

. "$(dirname "$0")/common.bash"

shell_files | silent xargs shellcheck -x -P SCRIPTDIR -e SC1091
