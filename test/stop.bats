#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# How one child is stopped, and how a supervisor stops all it has.

load test_helper

# milliseconds EVENT-FIELDS...: when the last such record was made, in ms of
# its day.
at_ms() {
	records "$@" | tail -n 1 | awk '{
		split($1, t, /[T:Z]/)
		printf "%d\n", (t[2] * 3600 + t[3] * 60 + t[4]) * 1000
	}'
}

# assert_between LEAST VALUE MOST
assert_between() {
	[[ $2 -ge $1 && $2 -le $3 ]] || fail "$2 is not between $1 and $3"
}

@test "S59: brutal_kill kills at once" {
	conf <<-'END'
		worker a { shutdown brutal_kill; exec ${WORKER} on=TERM:say=asked log=log }
	END
	start_tree_ready
	wait_log start a
	stop_tree
	assert_story stopping killing exited <<-'END'
		killing a
		exited a killed
	END
	refute log_has asked a
	refute_record event=report
}

@test "S60: who is still there after its shutdown time is killed" {
	conf <<-'END'
		worker a { shutdown 200ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_story stopping killing exited report <<-'END'
		stopping a
		killing a
		exited a killed
		report a killed
	END
	assert_between 190 $(($(at_ms event=killing) - $(at_ms event=stopping))) 2000
}

@test "S60: only who was asked and did not end in time is late" {
	conf <<-'END'
		worker asked { shutdown 100ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
		worker not_asked { shutdown brutal_kill; exec ${WORKER} }
		worker no_time { shutdown 0s; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_record event=killing child=asked late=true
	assert_record event=killing child=not_asked
	refute_record event=killing child=not_asked late=true
	assert_record event=killing child=no_time late=true
}

@test "U11: who is killed by the second signal is not late" {
	conf <<<"worker a { shutdown infinity; ready fd 3; exec $WORKER ignore=TERM ready=3 }"
	start_tree_ready
	kill -s TERM "$PID"
	wait_record event=stopping child=a
	stop_tree
	assert_record event=killing child=a
	refute_record event=killing child=a late=true
}

@test "S61: infinity waits without limit" {
	conf <<-'END'
		worker a { shutdown infinity; ready fd 3
		    exec ${WORKER} on=TERM:say=asked log=log ready=3 }
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_log asked a
	wait_record event=waiting child=a
	refute_record event=killing
	refute grep -q "event=waiting .*left_ms" records
	kill -s USR1 "$(child_pid a)"
	wait_tree
	assert_record event=exited child=a reason=signal:USR1
}

@test "S62: the next is not signalled before the one after it is gone" {
	conf <<-'END'
		worker a { shutdown 300ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
		worker b { shutdown 300ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_story stopping killing exited ended <<-'END'
		stopping b
		killing b
		exited b killed
		stopping a
		killing a
		exited a killed
		ended root shutdown
	END
	assert_between 590 $(($(at_ms event=ended) - $(at_ms event=stopping child=b))) 4000
}

@test "S63: shutdown 0 is the stop signal and at once SIGKILL" {
	conf <<-'END'
		worker a { shutdown 0; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_story stopping killing exited <<-'END'
		stopping a
		killing a
		exited a killed
	END
}

# Children of one type that answer a stop in every way, and what their ends
# are called. A group restart stops them.
ways_to_stop() {
	cat <<-END
		strategy one_for_all
		worker asked  { restart $1; ready fd 3; exec $WORKER ready=3 }
		worker done   { restart $1; ready fd 3; exec $WORKER on=TERM:exit=0 ready=3 }
		worker normal { restart $1; ready fd 3; normal 75
		                exec $WORKER on=TERM:exit=75 ready=3 }
		worker sh     { restart $1; ready fd 3; exec $WORKER on=TERM:exit=143 ready=3 }
		worker brutal { restart $1; shutdown brutal_kill; exec $WORKER }
		worker planned { restart $1; ready fd 3; planned 99
		                exec $WORKER on=TERM:exit=99 ready=3 }
		worker error  { restart $1; ready fd 3; exec $WORKER on=TERM:exit=3 ready=3 }
		worker late   { restart $1; ready fd 3; shutdown 100ms
		                exec $WORKER ignore=TERM ready=3 }
		worker last   { exec $WORKER }
	END
}

@test "S64: a stop is clean, or reported as shutdown_error" {
	ways_to_stop permanent >supervise.conf
	start_tree_ready
	stop_tree
	assert_status 0
	assert_story exited report <<-'END'
		exited last shutdown
		exited late killed
		report late killed
		exited error exit:3
		report error exit:3
		exited planned exit:99
		report planned exit:99
		exited brutal killed
		exited sh shutdown
		exited normal shutdown
		exited done shutdown
		exited asked shutdown
	END
	assert_equal "$(count_records event=report context=shutdown_error)" 3
}

@test "S64: a planned end is clean for a child that is not permanent" {
	ways_to_stop transient >supervise.conf
	start_tree_ready
	stop_tree
	assert_record event=exited child=planned reason=exit:99
	refute_record event=report child=planned
	assert_record event=report child=error context=shutdown_error
	assert_record event=report child=late context=shutdown_error
}

@test "S65: who ends otherwise while it is stopped is stopped all the same" {
	conf <<-'END'
		strategy one_for_all
		max_restarts 1
		worker a { exec ${WORKER} }
		worker b { ready fd 3; exec ${WORKER} on=TERM:exit=3 ready=3 }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=b run=2
	assert_equal "$(count_records event=restarting)" 1
	assert_record event=exited child=b reason=exit:3
	stop_tree
	assert_status 0
	assert_equal "$(count_records event=started child=b)" 2
}

@test "S66: deaths of others during a stop are absorbed by it" {
	conf <<-'END'
		max_restarts 0
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { shutdown infinity; ready fd 3
		    exec ${WORKER} on=TERM:say=asked log=log ready=3 }
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_log asked c
	kill -s KILL "$(child_pid b)"
	wait_record event=exited child=b
	kill -s KILL "$(child_pid c)"
	wait_tree
	assert_status 0
	assert_story stopping exited restarting gave_up <<-'END'
		stopping c
		exited b killed
		exited c killed
		stopping a
		exited a shutdown
	END
}

@test "S67: a child that has left its own group cannot hang the stop" {
	conf <<-'END'
		worker a { shutdown 300ms; ready fd 3; exec ${WORKER} join=parent ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_status 0
	assert_record event=exited child=a reason=shutdown
}

@test "S69: children are always stopped in the same way, whatever the cause" {
	conf gave_up.conf <<-'END'
		max_restarts 0
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} exit=3 }
	END
	conf auto.conf <<-'END'
		auto_shutdown any_significant
		worker a { exec ${WORKER} }
		worker b { restart temporary; significant; exec ${WORKER} exit=3 }
	END
	conf boot.conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { exec ./nosuch }
	END
	local file
	for file in gave_up auto boot; do
		start -f $file.conf run
		wait_tree
		assert_story stopping <<<"stopping a"
		assert_record event=stopping child=a signal=TERM
		assert_record event=exited child=a reason=shutdown
	done
}

@test "S70: children stop in reverse order, subtrees included, then the supervisor" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		supervisor s {
		    worker b { exec ${WORKER} }
		    supervisor t { worker c { exec ${WORKER} } }
		    worker d { exec ${WORKER} }
		}
		worker e { exec ${WORKER} }
	END
	start_tree_ready
	stop_tree
	assert_status 0
	assert_story stopping exited ended <<-'END'
		stopping e
		exited e shutdown
		stopping s/d
		exited s/d shutdown
		stopping s/t/c
		exited s/t/c shutdown
		ended s/t shutdown
		stopping s/b
		exited s/b shutdown
		ended s shutdown
		stopping a
		exited a shutdown
		ended root shutdown
	END
}

@test "S71: the root obeys a stop while it starts" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { ready fd 3; exec ${WORKER} log=log }
		worker c { exec ${WORKER} }
	END
	start_tree
	wait_log start b
	stop_tree
	assert_status 0
	assert_story stopping ended <<-'END'
		stopping b
		stopping a
		ended root shutdown
	END
	refute_record event=started child=c
}

@test "S71: the root obeys a stop while it restarts a group" {
	conf <<-'END'
		strategy one_for_all
		worker a { ready fd 3; exec ${WORKER} run=1 ready=3 end log=log }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid b)"
	wait_log start a 2
	stop_tree
	assert_status 0
	refute_record event=started child=b run=2
}

@test "D9: stop together signals all at once and takes the longest time" {
	conf <<-'END'
		stop together
		worker a { shutdown infinity; ready fd 3; exec ${WORKER} on=TERM:say=asked log=log ready=3 }
		worker b { shutdown infinity; ready fd 3; exec ${WORKER} on=TERM:say=asked log=log ready=3 }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_log asked a
	wait_log asked b
	wait_record event=exited child=c reason=shutdown
	kill -s KILL "$(child_pid a)" "$(child_pid b)"
	wait_tree
	assert_status 0
	assert_equal "$(count_records event=stopping)" 3
}

@test "D9: each of those that stop together has its own time" {
	conf <<-'END'
		stop together
		worker a { shutdown 400ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
		worker b { shutdown 100ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
		worker c { shutdown 300ms; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
	END
	start_tree_ready
	stop_tree
	assert_story killing exited <<-'END'
		killing b
		exited b killed
		killing c
		exited c killed
		killing a
		exited a killed
	END
}

@test "D9: a group whose supervisor stops together is stopped together" {
	conf <<-'END'
		strategy one_for_all
		stop together
		worker a { shutdown infinity; ready fd 3; exec ${WORKER} run=1 on=TERM:say=asked end log=log ready=3 }
		worker b { shutdown infinity; ready fd 3; exec ${WORKER} run=1 on=TERM:say=asked end log=log ready=3 }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid c)"
	wait_log asked a
	wait_log asked b
	assert_equal "$(count_records event=started)" 4
	kill -s KILL "$(child_pid a)" "$(child_pid b)"
	wait_record event=started child=c run=2
	assert_equal "$(count_records event=restarting)" 1
}
