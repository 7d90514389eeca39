#!/bin/bash
# SPDX-License-Identifier: ISC
# cppcheck finds nothing; its reasons not to look are named below.
. "$(dirname "$0")/common.bash"

# shellcheck disable=SC2046 # words
tree_files 'lib/*.c' 'cmd/*.c' 'test/*.c' | silent xargs cppcheck -q \
	-j "$jobs" --std=c11 --language=c -Ilib -I. -I/usr/include/bsd \
	-D_GNU_SOURCE -DLIBBSD_OVERLAY -D__x86_64__ '-DSUPERVISE_VERSION="lint"' \
	--library=gnu,posix,bsd --enable=warning,performance,portability \
	--inline-suppr --suppressions-list=test/lint/cppcheck-suppressions --error-exitcode=1 \
	--template='{file}:{line}: {severity}: {message} [{id}]'
