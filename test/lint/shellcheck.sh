#!/bin/bash
# SPDX-License-Identifier: ISC
#
# No complaint about any shell script, by shellcheck. Of bats files it does not
# know that each test is a subshell, and which variables test_helper reads.

. "$(dirname "$0")/common.bash"

status=0
shell_files | grep -v '\.bats$' |
	silent xargs shellcheck -x -P SCRIPTDIR -e SC1091,SC2016 || status=1
shell_files | grep '\.bats$' |
	silent xargs -r shellcheck -e SC1091,SC2016,SC2030,SC2031,SC2034 ||
	status=1
exit $status
