#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Ports, while another file takes some, too. The suite has a tree.

bats_load_library supervise

ports() {
	local i
	for i in {1..20}; do
		free_port
	done >>"$PORTS"
}

@test "passes: ports 1.1" {
	ports
}

@test "passes: ports 1.2" {
	ports
}

@test "passes: the suite's tree, 1" {
	assert_up suite
}
