#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# `run -d` and `down`.

load test_helper
load control_helper

teardown() {
	end_detached
	finish
}

@test "run -d ends with 0 when all has started, and says nothing" {
	conf <<<'worker a { exec ${WORKER} log=log }; worker b { ready fd 3; exec ${WORKER} log=log sleep=200 ready=3 say=ready }'
	run -0 supervise run -d
	assert_equal "$output" ""
	assert_equal "$(state_of b)" up
	wait_log ready b
}

@test "run -d of a tree with nothing in it" {
	conf <<<'strategy one_for_one'
	run -0 supervise run -d
	run -0 supervise status
	assert_output "root"
}

@test "run -d: a start that fails is status 1 and says why" {
	conf <<<'worker a { exec ${WORKER} }; worker b { exec ./nosuch }'
	run -1 supervise run -d
	assert_output "nosuch"
	run -5 supervise status
	none_marked
}

@test "run -d: a wrong file is status 2" {
	conf <<<'worker a { exce true }'
	run -2 supervise run -d
	assert_output "supervise.conf:1:12"
	rm supervise.conf
	run -2 supervise run -d
}

@test "run -d twice names the running one" {
	conf <<<'worker a { exec ${WORKER} }'
	local label="twice-$$-$BATS_TEST_NUMBER" pid
	supervise -L "$label" run -d
	pid=$(supervise -L "$label" status --json root | sed -n 's/.*"pid":\([0-9]*\).*/\1/p')
	run -1 supervise -L "$label" run -d
	supervise -L "$label" down
	assert_output "already running: pid $pid"
	assert_output "supervise -L $label status"
}

@test "run -d leaves the session, the terminal and every descriptor" {
	conf <<<'worker a { exec ${WORKER} }'
	supervise run -d 7<supervise.conf
	local pid
	pid=$(supervise status --json root | sed -n 's/.*"pid":\([0-9]*\).*/\1/p')
	assert_equal "$(ps -o sid= -p "$pid" | tr -d ' ')" "$pid"
	assert_equal "$(readlink "/proc/$pid/fd/0")" /dev/null
	[[ ! -e /proc/$pid/fd/7 ]]
	refute grep -qx 7 <(ls "/proc/$pid/fd")
}

@test "run -d: what it has to tell goes to stderr if that is a file" {
	conf <<<'worker a { exec ${WORKER} }'
	supervise run -d 2>records
	wait_record event=started child=a
	kill -s KILL "$(pid_of a)"
	wait_record event=started child=a run=2
}

@test "run -d: a signal while it starts stops it" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log wait=go ready=3 }'
	start run -d
	wait_log start a
	kill -s TERM "$PID"
	wait_tree
	[[ $STATUS -ne 0 ]]
	eventually none_marked
}

@test "down stops everything in reverse order, and returns when nothing is left" {
	conf <<<'worker a { exec ${WORKER} }; supervisor s { worker b { exec ${WORKER} } }; worker c { exec ${WORKER} }'
	supervise run -d 2>records
	run -0 supervise down
	none_marked
	assert_story exited ended <<-'END'
		exited c shutdown
		exited s/b shutdown
		ended s shutdown
		exited a shutdown
		ended root shutdown
	END
	run -5 supervise status
}

@test "down is idempotent" {
	conf <<<'worker a { exec ${WORKER} }'
	run -0 supervise down
	supervise run -d
	run -0 supervise down
	run -0 supervise down
	run -0 supervise -L no-such-label down
}

@test "S77: several at once wait for the same end" {
	conf <<<'worker a { shutdown 500ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }'
	start_tree_ready
	local n pids=()
	for n in 1 2 3; do
		supervise down 3>&- &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n"
		eventually ended "$(child_pid a)"
	done
	wait_tree
	assert_status 0
}

@test "S74: down -t returns when the time has passed, and the stop goes on" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} ignore=TERM ready=3; shutdown 1s }'
	supervise run -d
	run -124 supervise down -t 50ms
	eventually gone
	run -0 supervise down -t 5s
}

gone() {
	run supervise status
	[[ $status -eq 5 ]]
}

@test "down while everything starts" {
	conf <<<'worker a { ready fd 3; exec ${WORKER} log=log wait=go ready=3 }; worker b { exec ${WORKER} }'
	start_tree
	wait_log start a
	run -0 supervise down
	wait_tree
	refute_record event=started child=b
}

@test "down of a tree that will not be stopped kills what does not end" {
	conf <<<'worker a { shutdown 200ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }'
	start_tree_ready
	run -0 supervise down
	assert_record event=exited child=a reason=killed
	wait_tree
}

@test "S76, D2: what looks is answered while everything stops" {
	conf <<<'worker a { shutdown 60s; ready fd 3; exec ${WORKER} ignore=TERM log=log ready=3 }; worker b { exec ${WORKER} }'
	start_tree_ready
	supervise down 3>&- &
	local asked=$!
	wait_record event=stopping child=a
	run -0 supervise status
	assert_output "stopping"
	run -0 supervise why a
	run -0 supervise tree
	kill -s KILL "$(child_pid a)"
	wait "$asked"
}
