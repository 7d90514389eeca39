#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Each function: what passes, and what fails.

load two_workers

@test "passes: a child is killed and looked at" {
	wait_ready a b
	assert_up a b
	assert_restarted a 0
	crash b
	assert_restarted b
	assert_reason b killed
	crash b SEGV
	assert_restarted b 2
	assert_reason b 'signal:*'
	assert_restarted a 0
	[[ $(supervise_logs) == *"b | words of b"*"reason=signal:SEGV"* ]]
}

@test "passes: restarted, and down meanwhile" {
	crash b
	assert_restarted b
	supervise stop -q b
	assert_restarted b 1
}

@test "passes: down twice, and up again" {
	supervise_down
	supervise_down
	supervise status suite
	# Without another one that is up no other is meant by chance.
	rm "$BATS_SUITE_TMPDIR/supervise/up"
	supervise_down
	: >"$BATS_SUITE_TMPDIR/supervise/up"
	run supervise status
	[[ $status -eq 5 ]]
	supervise_up - <<<'worker c { exec sleep 1000 }'
	assert_up c
}

@test "passes: a thrown value is a reason" {
	supervise add root 'worker t { shell "supervise throw \"it is \\\"full\\\"\""; restart temporary }'
	assert_reason t 'throw:it is "full"'
}

@test "fails: up" {
	supervise stop a
	SUPERVISE_TIMEOUT=1 assert_up a
}

@test "fails: ready" {
	wait_ready nobody
}

@test "fails: restarted" {
	SUPERVISE_TIMEOUT=1 assert_restarted a
}

@test "fails: restarted once" {
	crash a
	crash a
	assert_restarted a 2
	assert_restarted a 1
}

@test "fails: reason" {
	crash a
	SUPERVISE_TIMEOUT=1 assert_reason a 'exit:*'
}

@test "fails: crash" {
	SUPERVISE_TIMEOUT=1 crash a CONT
}

@test "fails: two trees" {
	supervise_up - <<<'worker c { exec sleep 1000 }'
}
