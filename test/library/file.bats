#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A tree of the file, which tests share, one of a test and that of the suite.

bats_load_library supervise

setup_file() {
	supervise_up - <<<'worker shared { exec sleep 1000 }'
	sleep 1003 3>&- &
}

# It finds what setup_file has left.
teardown_file() {
	supervise_down
}

teardown() {
	supervise_down
}

@test "passes: the file's tree" {
	assert_up shared
}

@test "passes: a tree of its own" {
	local file_socket=$SUPERVISE_SOCKET
	supervise_up - <<<'worker own { exec sleep 1000 }'
	assert_up own
	[[ $SUPERVISE_SOCKET != "$file_socket" ]]
	supervise_down
	[[ $SUPERVISE_SOCKET == "$file_socket" ]]
	assert_up shared
}

@test "fails: the file's tree" {
	crash shared
	assert_restarted shared
	false
}
