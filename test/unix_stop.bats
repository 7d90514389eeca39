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
	# It goes on at that, and finds both.
	kill -s TERM "$PID"
	wait_tree
	assert_record event=exited child=a reason=exit:0
	refute_record event=stopping child=a
}

# supervise runs as nobody, ./worker as root as soon as it says `become`.
as_nobody() {
	[[ $EUID -eq 0 ]] || skip "needs root"
	open_to_everybody
	cp worker plain
	chmod 4755 worker
	UNDER=(setpriv --reuid nobody --regid nogroup --clear-groups)
}

# The process that has said a word: said WORD
said() {
	awk -v word="$1" '$1 == word { print $3 }' log
}

# denied PID [CHILD]: it was told that the process cannot be ended; it lives.
denied() {
	records event=leftover ${2:+child="$2"} "pid=$1" >told
	grep -q ' error="Operation not permitted"$' told || fail "not told of $1"
	is_alive "$1"
	kill -s KILL "$1"
	eventually ended "$1"
}

@test "U4: a child that may not be signalled does not hold up a stop" {
	as_nobody
	conf <<-'END'
		worker a { exec ./plain }
		worker b { shutdown 200ms; ready fd 3; exec ./worker become ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_status 0
	assert_story exited ended <<-'END'
		exited b killed
		exited a shutdown
		ended root shutdown
	END
	denied "$(child_pid b)" b
}

@test "U4: nor a restart, and it is reaped when it ends" {
	as_nobody
	conf <<-'END'
		strategy one_for_all
		worker a { shutdown brutal_kill; ready fd 3; exec ./worker run=1 become end ready=3 }
		worker b { exec ./plain run=1 wait=go exit=3 }
		worker c { exec ./plain }
	END
	start_tree_ready
	local pid
	pid=$(child_pid a)
	touch go
	wait_record event=started child=c run=2
	assert_record event=exited child=a run=1 reason=killed
	denied "$pid" a
	kill -s KILL "$(child_pid c)"
	wait_record event=started child=c run=3
	eventually [ ! -e "/proc/$pid" ]
	stop_tree
	assert_status 0
}

@test "U2: nor do remains that may not be signalled" {
	as_nobody
	conf <<-'END'
		worker a { restart transient; shutdown 200ms
		    exec ./plain fork exec ./worker log=log become say=up end \
		        fork ignore=TERM end wait=go exit=0 }
		worker b { exec ./plain }
	END
	start_tree_ready
	eventually grep -qs '^up' log
	touch go
	wait_record event=leftover
	denied "$(said up)" a
	stop_tree
	assert_status 0
}

@test "U3: nor do strays that may not be signalled" {
	as_nobody
	conf <<-'END'
		worker a { exec ./plain daemon exec ./worker log=log become say=up end }
	END
	start_tree_ready
	eventually grep -qs '^up' log
	stop_tree
	assert_status 0
	denied "$(said up)"
}

@test "U8: nor do they keep the guardian from starting a new engine" {
	as_nobody
	conf <<-'END'
		worker a { shutdown 200ms; ready fd 3; exec ./worker become ready=3 }
	END
	start_tree_ready
	local pid
	pid=$(child_pid a)
	kill -s KILL "$(engine_pid)"
	wait_record event=engine_started
	grep -q 'event=warning message="1 processes cannot be ended: Operation not permitted"' records
	eventually has_records 2 event=started child=a
	stop_tree
	assert_status 0
	denied "$(child_pid a)" a
	is_alive "$pid"
	kill -s KILL "$pid"
	eventually ended "$pid"
}

@test "U4: once its time has passed, what a child left has none of its own" {
	local fork='fork ignore=TERM' end='end'
	local forks="$fork $fork $fork $fork $fork $fork" ends="$end $end $end $end $end $end"
	conf <<-END
		worker a { shutdown 3s; ready fd 3
		    exec \${WORKER} daemon ignore=TERM $forks say=up ready=3 $ends end }
		worker b { shutdown 3s; ready fd 3
		    exec \${WORKER} ignore=TERM daemon $forks say=up ready=3 $ends end }
	END
	start_tree_ready
	kill -s TERM "$PID"
	# Seven of each, one after the other, would take 42 s.
	eventually_within 30 ended "$PID"
	wait_tree
	assert_status 0
	assert_equal "$(count_records event=leftover signal=KILL)" 14
}
