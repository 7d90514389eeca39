#!/bin/bash
# SPDX-License-Identifier: ISC
#
# No complaint about any shell script, by shellcheck. Of bats files it does not
# know that each test is a subshell, and what test_helper reads and sets.

. "$(dirname "$0")/common.bash"

status=0
shell_files | grep -v '\.bats$' |
	silent xargs shellcheck -x -P SCRIPTDIR -e SC1091,SC2016 || status=1
shell_files | grep '\.bats$' |
	silent xargs -r shellcheck -e SC1091,SC2016,SC2030,SC2031,SC2034 \
		-e SC2097,SC2098,SC2119,SC2120,SC2153 ||
	status=1
exit $status
