#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Stopping as Unix sees it: signals, groups, what an end is called.

load test_helper

@test "U4: the stop signal is the child's own" {
	conf <<-'END'
		worker a { stop_signal USR1; exec ${WORKER} }
		worker b { stop_signal INT; ready fd 3; exec ${WORKER} on=INT:exit=130 ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_record event=stopping child=a signal=USR1
	assert_record event=exited child=a reason=shutdown
	assert_record event=stopping child=b signal=INT
	assert_record event=exited child=b reason=shutdown
	refute_record event=report
}

@test "U4: the stop signal reaches the whole group" {
	conf <<-'END'
		worker a { ready fd 3
		    exec ${WORKER} on=TERM:say=asked:die log=log \
		        fork on=TERM:say=asked:die say=forked ready=3 end }
	END
	start_tree_ready
	stop_tree
	assert_status 0
	assert_equal "$(grep -c '^asked a' log)" 2
	assert_equal "$(sort -u log | grep -c '^asked')" 2
}

@test "U4: a stopped group is woken to hear that it shall end" {
	conf <<-'END'
		worker a { shutdown infinity; exec ${WORKER} }
		worker b { shutdown infinity; ready fd 3
		    exec ${WORKER} log=log fork say=forked ready=3 end }
	END
	start_tree_ready
	hold "$(child_pid a)"
	hold "$(child_pid b)"
	hold "$(awk '/^forked/ { print $3 }' log)"
	stop_tree
	assert_status 0
	assert_record event=exited child=a reason=shutdown
	assert_record event=exited child=b reason=shutdown
}

@test "U4: a stopped child that is brutally killed is dead" {
	conf <<<"worker a { shutdown brutal_kill; exec $WORKER }"
	start_tree_ready
	hold "$(child_pid a)"
	stop_tree
	assert_status 0
	assert_record event=exited child=a reason=killed
}

@test "U4: SIGKILL goes to the whole group as well" {
	conf <<-'END'
		worker a { shutdown 100ms; ready fd 3
		    exec ${WORKER} ignore=TERM log=log fork say=forked ready=3 end }
	END
	start_tree_ready
	stop_tree
	assert_status 0
	assert_record event=killing child=a signal=KILL
	assert_record event=exited child=a reason=killed
	eventually none_marked
}

@test "U4: after it was asked, an end as asked has the reason shutdown" {
	conf <<-'END'
		worker by_signal { exec ${WORKER} }
		worker by_status { ready fd 3; exec ${WORKER} on=TERM:exit=143 ready=3 }
		worker normal    { ready fd 3; exec ${WORKER} on=TERM:exit=0 ready=3 }
		worker other     { ready fd 3; exec ${WORKER} on=TERM:exit=7 ready=3 }
		worker crash     { ready fd 3; exec ${WORKER} on=TERM:exit=139 ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_record event=exited child=by_signal reason=shutdown
	assert_record event=exited child=by_status reason=shutdown
	assert_record event=exited child=normal reason=shutdown
	assert_record event=exited child=other reason=exit:7
	assert_record event=report child=other context=shutdown_error reason=exit:7
	assert_record event=exited child=crash reason=exit:139
}

@test "U4: without being asked the same ends keep their reasons" {
	conf <<-'END'
		worker a { restart transient; exec ${WORKER} signal=TERM }
		worker b { restart transient; exec ${WORKER} exit=143 }
		worker c { restart transient; exec ${WORKER} exit=0 }
	END
	start_tree
	wait_record event=exited child=a reason=signal:TERM
	wait_record event=exited child=b reason=exit:143
	wait_record event=exited child=c reason=exit:0
}

@test "U4: one that had ended before it was asked keeps its reason" {
	conf <<-'END'
		worker a { exec ${WORKER} wait=go exit=0 }
	END
	start_tree_ready
	local engine
	engine=$(engine_pid)
	hold "$engine"
	touch go
	eventually ended "$(child_pid a)"
	kill -s TERM "$PID"
	eventually idle "$PID"
	kill -s CONT "$engine"
	wait_tree
	assert_record event=exited child=a reason=exit:0
	refute_record event=stopping child=a
}
