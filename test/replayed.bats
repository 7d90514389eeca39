#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What users of other supervisors and init programs have reported, replayed:
# each test names the report, and shows that it does not happen here.

load test_helper
load control_helper

teardown() {
	end_detached
	finish
}

# background WORD...: `exec` of a command, in the background.
background() {
	start exec -- "$@"
	eventually test -e ready
}

@test "process-compose 520: who ignores TERM in the group of one that ends is not left" {
	conf <<-'END'
		worker a { shutdown 300ms; ready fd 3; exec sh -c '
			(trap "" TERM; echo >&3; while :; do sleep 0.05; done) &
			echo $! >deaf
			trap "exit 0" TERM
			while :; do sleep 0.05; done' }
	END
	supervise run -d
	supervise down
	is_gone "$(cat deaf)"
}

@test "process-compose 354: it is told who holds up the end, and a second TERM ends that" {
	conf <<-'END'
		worker quick { exec ${WORKER} }
		worker deaf  { shutdown 60s; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_record event=waiting child=deaf
	run -3 supervise status deaf
	assert_output stopping
	kill -s TERM "$PID"
	wait_tree
	assert_record event=exited child=deaf reason=killed
}

@test "supervisord 936: the end of what a script has left behind ends nothing else" {
	conf <<-'END'
		worker other  { exec ${WORKER} }
		worker script { restart temporary; exec sh -c '
			setsid sh -c "echo \$\$ >luke; until [ -e go ]; do sleep 0.01; done" &
			until [ -s luke ]; do sleep 0.01; done' }
	END
	start_tree
	wait_record event=exited child=script reason=exit:0
	touch go
	eventually ended "$(cat luke)"
	eventually is_gone "$(cat luke)"
	run -0 supervise status other
	assert_output up
}

@test "supervisord 1182: what ends again and again ends the whole, with a status" {
	conf <<-'END'
		worker web { exec ${WORKER} }
		worker bad { exec ${WORKER} exit=1 }
	END
	run -1 supervise run
	assert_output "gave up: bad"
}

@test "pm2 2502: TERM comes to the program, which has the time to clean up" {
	background sh -c 'trap "sleep 0.3; echo cleaned; exit 0" TERM; : >ready
		while :; do sleep 0.01; done'
	stop_tree
	assert_status 0
	assert_equal "$(cat out)" cleaned
}

@test "pm2 1541: one Ctrl-C is enough" {
	background sh -c 'trap "exit 0" INT; : >ready; while :; do sleep 0.01; done'
	stop_tree INT
	assert_status 0
}

@test "pm2 1763: who ends by itself after TERM is waited for, and not killed" {
	conf <<-'END'
		worker a { shutdown 60s; ready fd 3; exec sh -c '
			trap "stop=1" TERM; echo >&3
			until [ -n "$stop" ]; do sleep 0.01; done
			until [ -e go ]; do sleep 0.01; done
			echo "exited cleanly"' }
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_record event=stopping child=a
	touch go
	wait_tree
	assert_record event=exited child=a reason=shutdown
	refute_record event=killing
	grep -q "exited cleanly" out
}

@test "catatonit 5: the statuses around 127 are passed on, and nothing hangs" {
	local wanted
	for wanted in 126 127 128; do
		run -"$wanted" supervise exec -- sh -c "exit $wanted"
		run -"$wanted" supervise exec --tini -- sh -c "exit $wanted"
	done
	run -127 supervise exec -- ./no-such-command
}

@test "moby 29238: below a program that never waits no zombie stays" {
	background sh -c '
		for i in 1 2 3; do (sh -c "exit 0" & echo $! >>orphans); done
		until [ "$(wc -l <orphans)" -eq 3 ]; do sleep 0.01; done
		: >ready
		exec sleep 1000'
	local pid
	while read -r pid; do
		eventually is_gone "$pid"
	done <orphans
	stop_tree
}
