#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# The exit status of supervise.

load test_helper

@test "U12: run: 0 when it was asked to stop" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	stop_tree
	assert_status 0
}

@test "U12: run: 0 also when a child had to be killed" {
	conf <<-'END'
		worker a { shutdown 100ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_status 0
}

@test "U12: run: 1 when it gave up" {
	conf <<<"max_restarts 0; worker a { exec $WORKER exit=7 }"
	start_tree
	wait_tree
	assert_status 1
}

@test "U12: run: 1 when it could not start" {
	conf <<<"worker a { exec ./nosuch }"
	start_tree
	wait_tree
	assert_status 1
}

@test "U12: run: 2 for a wrong file, or none" {
	conf <<<"worker a { }"
	run -2 supervise run
	run -2 supervise -f nosuch.conf run
}

@test "U12: run: auto_shutdown ends with 0, or as the significant child ended" {
	local word status
	while read -r word status; do
		conf <<-END
			auto_shutdown any_significant
			worker a { restart temporary; significant; planned 9; exec $WORKER $word }
			worker b { exec $WORKER }
		END
		start_tree
		wait_tree
		assert_equal "$word $STATUS" "$word $status"
	done <<-'END'
		exit=0 0
		exit=7 7
		exit=9 0
		signal=TERM 0
		signal=SEGV 139
		signal=KILL 137
	END
}

@test "U12: run: so it does where the significant child is in a nested one" {
	conf <<-'END'
		auto_shutdown any_significant
		supervisor s {
		    significant; restart transient
		    auto_shutdown any_significant
		    worker a { restart temporary; significant; exec ${WORKER} exit=7 }
		}
	END
	start_tree
	wait_tree
	assert_status 7
}

@test "U12: exec: the command's own status" {
	run -0 supervise exec -- "$WORKER" exit=0
	run -7 supervise exec -r temporary -- "$WORKER" exit=7
	run -143 supervise exec -- "$WORKER" signal=TERM
}

@test "U12: exec: 128 + N for signal N" {
	run -139 supervise exec -r temporary -- "$WORKER" signal=SEGV
	run -137 supervise exec -r temporary -- "$WORKER" signal=KILL
}

@test "U12: exec: the same after giving up" {
	run -7 supervise exec -- "$WORKER" exit=7
	assert_output "gave up"
	assert_output "supervise ends with 7"
	run -139 supervise exec -m 0 -- "$WORKER" signal=SEGV
	assert_output "supervise ends with 139"
}

@test "U12: exec: the status of the last run counts" {
	run -0 supervise exec -- "$WORKER" run=1-2 exit=7 end exit=0
	refute_output "gave up"
}

@test "U12: exec: 127 when it is not found, 126 when it cannot be executed" {
	run -127 supervise exec -- nosuchcommand
	run -127 supervise exec -- ./nosuchfile
	echo true >script
	run -126 supervise exec -- ./script
	run -126 supervise exec -- /
	printf '#!/no/such/shell\n' >script
	chmod +x script
	run -127 supervise exec -- ./script
}

@test "U12: exec: 125 for wrong usage of its own" {
	run -125 supervise exec
	run -125 supervise exec -x -- true
	run -125 supervise exec -r sometimes -- true
	run -125 supervise exec -m -1 -- true
	run -125 supervise exec -t 0 -- true
	run -125 supervise exec -m
}

@test "U12: exec: stopped, the command's answer to the signal" {
	start exec -- "$WORKER" on=TERM:exit=9 log=log
	wait_log start worker
	stop_tree
	assert_status 9
}
