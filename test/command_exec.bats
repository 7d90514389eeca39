#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# supervise exec: one command without a file.

load test_helper

@test "exec restarts after a crash, three times in five seconds" {
	run -3 supervise exec -- "$WORKER" log=log exit=3
	assert_log <<-'END'
		start worker 1
		start worker 2
		start worker 3
		start worker 4
	END
}

@test "exec ends with a command that ends normally" {
	run -0 supervise exec -- "$WORKER" log=log exit=0
	assert_log <<<"start worker 1"
	assert_equal "$output" ""
}

@test "exec -r permanent restarts whatever the end" {
	run -0 supervise exec -r permanent -m 2 -- "$WORKER" log=log exit=0
	assert_log <<-'END'
		start worker 1
		start worker 2
		start worker 3
	END
	assert_output "gave up"
}

@test "exec -r temporary never restarts" {
	run -3 supervise exec -r temporary -- "$WORKER" log=log exit=3
	assert_log <<<"start worker 1"
}

@test "exec -r says which words it takes" {
	run -125 supervise exec -r always -- true
	assert_output "expected permanent, transient or temporary"
	run -125 supervise exec -r permanant -- true
	assert_output "-r permanant: did you mean permanent?"
}

@test "exec -m and -t are the limits" {
	run -3 supervise exec --log-format text -m 1 -t 9s -- "$WORKER" exit=3
	grep -q "event=gave_up .*restarts=2 max_restarts=1 max_seconds=9" <<<"$output"
	run -3 supervise exec -m 0 -- "$WORKER" log=log exit=3
	assert_log <<<"start worker 1"
}

@test "exec without -- takes the first word that is no option" {
	run -0 supervise exec -m 1 sh -c 'echo "$@"' sh -m 2
	assert_equal "$output" "-m 2"
}

@test "exec is silent, unless it is asked for records" {
	run -0 supervise exec -- "$WORKER" exit=0
	assert_equal "$output" ""
	run -0 supervise exec --log-format text -- "$WORKER" exit=0
	assert_output "event=started child=worker"
}

@test "exec -q says nothing even when it gives up" {
	run -3 supervise exec -q -- "$WORKER" exit=3
	assert_equal "$output" ""
}

@test "exec does not look for a file" {
	conf <<<"this is wrong"
	run -0 supervise exec -- true
}

@test "exec of a command that is not found says so" {
	run -127 supervise exec -- nosuchcommand
	assert_output "nosuchcommand"
	assert_output "not found"
}

@test "exec passes standard input, output and error" {
	run -0 --separate-stderr supervise exec -- sh -c 'cat; echo error >&2' <<<"hello"
	assert_equal "$output" hello
	# shellcheck disable=SC2154 # run sets it
	assert_equal "$stderr" error
}

@test "exec leaves nothing behind when its command ends" {
	run -0 supervise exec -- "$WORKER" fork log=log end daemon log=log end wait=log exit=0
	none_marked
}
