#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Trees that do not start.

bats_load_library supervise

teardown() {
	supervise_down
}

@test "fails: mistake" {
	supervise_up - <<<'worker w { exec sleep 1; shutdwon 3s }'
}

@test "fails: no program" {
	supervise_up - <<<'worker w { exec ./nothing }'
}

@test "fails: no file" {
	supervise_up nothing.conf
}

@test "fails: never ready" {
	SUPERVISE_TIMEOUT=1 supervise_up - <<<'worker w { exec sleep 1000; ready fd 3 }'
}
