#!/usr/bin/env bats
# SPDX-License-Identifier: ISC

load test_helper

# Ends that coincide, and processes that do not want to end.

@test "S18: a tree that cannot start ends at once" {
	conf <<-'END'
		worker a { exec ./nosuchcommand; shutdown 100s; start_timeout 100s; ready fd 3 }
	END
	start_tree
	eventually_within 30 ended "$PID"
	wait_tree
	assert_status 1
}

@test "S37: who died together with another is not stopped, and keeps its reason" {
	local engine
	conf <<-'END'
		strategy one_for_all
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER}; shutdown brutal_kill }
	END
	start_tree_ready
	engine=$(engine_pid)
	kill -s STOP "$engine"
	kill -s TERM "$(child_pid a)" "$(child_pid b)" "$(child_pid c)"
	eventually ended "$(child_pid c)"
	eventually ended "$(child_pid b)"
	kill -s CONT "$engine"
	wait_record event=started child=c run=2
	refute has_record event=stopping run=1
	refute has_record event=killing run=1
	assert_record event=exited child=a reason=signal:TERM
	assert_record event=exited child=b reason=signal:TERM
	assert_record event=exited child=c reason=signal:TERM
	assert_equal "$(count_records event=restarting)" 1
	stop_tree
	assert_status 0
}

@test "U3: strays of strays that ignore TERM are killed in the end" {
	conf <<-'END'
		worker a {
		    shell "setsid env -u SUPERVISE_NAME ${WORKER} ignore=TERM fork ignore=TERM log=log end log=log & exec ${WORKER}"
		}
	END
	start_tree_ready
	eventually has_lines 2 log
	stop_tree
	assert_status 0
	assert_record event=leftover signal=KILL
}

has_lines() {
	[[ -e $2 && $(wc -l <"$2") -ge $1 ]]
}

@test "U8: without a guardian the engine sees strays go that it knew before" {
	local engine
	conf <<-'END'
		worker a {
		    shutdown infinity
		    exec ${WORKER} daemon on=TERM:sleep=500:exit=0 log=log end
		}
	END
	start_tree_ready
	wait_log start a
	engine=$(engine_pid)
	kill -s KILL "$(child_pid a)"
	wait_record event=leftover child=a
	kill -s KILL "$PID"
	wait_record event=guardian_died
	eventually ended "$engine"
}

@test "U11: a signal reaches an engine that is far behind" {
	local i
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	hold "$(engine_pid)"
	# These are queued, each of them.
	for i in {1..600}; do
		kill -s RTMIN "$PID"
	done
	eventually idle "$PID"
	kill -s TERM "$PID"
	wait_tree
	assert_status 0
	assert_record event=signal signal=TERM
}

@test "U2: a tree in which nothing happens wakes nobody up" {
	conf <<-'END'
		worker a { exec ${WORKER} fork end daemon end }
		worker b { ready fd 3; exec ${WORKER} ready=3 }
	END
	# Not where whoever lists supervisors would knock.
	start -S ./sock run
	wait_record event=started supervisor=root
	# What they do after a start may not be done yet.
	eventually rest
	stop_tree
	assert_status 0
}

# Two seconds have passed in which none of them ran.
rest() {
	switches >before
	sleep 2
	switches >after
	diff before after
}

switches() {
	local pid
	for pid in "$PID" $(engine_pid) $(witness_pid); do
		grep -H ctxt_switches "/proc/$pid/status"
	done
}
