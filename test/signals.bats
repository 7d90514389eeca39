#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# What signals mean to `supervise run` and to `supervise exec`.

load test_helper

@test "U11: run: TERM, INT and QUIT stop everything in reverse order" {
	local signal
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { stop_signal USR1; exec ${WORKER} }
	END
	for signal in TERM INT QUIT; do
		start_tree_ready
		stop_tree $signal
		assert_status 0
		assert_record event=signal "signal=$signal"
		assert_story stopping ended <<-'END'
			stopping b
			stopping a
			ended root shutdown
		END
		assert_record event=stopping child=a signal=TERM
		assert_record event=stopping child=b signal=USR1
	done
}

@test "U11: run: a second one kills at once" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		supervisor s {
		    worker b { shutdown infinity; ready fd 3
		        exec ${WORKER} log=log on=TERM:say=asked ready=3 }
		}
	END
	start_tree_ready
	kill -s INT "$PID"
	wait_log asked s/b
	stop_tree TERM
	assert_status 0
	assert_record event=exited child=s/b reason=killed
	assert_record event=exited child=a
	assert_equal "$(count_records event=signal)" 2
}

@test "U11: run: a second one kills what is left of a group and its strays" {
	conf <<-'END'
		worker a { shutdown infinity; ready fd 3
		    exec ${WORKER} log=log on=TERM:say=asked:die \
		        fork ignore=TERM end daemon ignore=TERM say=up ready=3 end }
	END
	start_tree_ready
	kill -s INT "$PID"
	wait_log asked a
	stop_tree INT
	assert_status 0
	none_marked
}

@test "U11: run: somebody who waits is told every second what for" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		supervisor s {
		    worker b { shutdown 30s; ready fd 3
		        exec ${WORKER} ignore=TERM ready=3 }
		}
	END
	start_tree_ready
	kill -s TERM "$PID"
	eventually has_records 2 event=waiting child=s/b "pid=$(child_pid s/b)"
	local left
	left=$(field left_ms event=waiting)
	[[ $left -gt 20000 && $left -le 28000 ]]
	kill -s KILL "$(child_pid s/b)"
	wait_tree
	assert_status 0
}

@test "U11: run: somebody who waits for what remains of a child is told as well" {
	conf <<-'END'
		worker a { shutdown 30s; ready fd 3; exec ${WORKER} log=log \
		    fork ignore=TERM say=forked ready=3 end }
		worker b { restart transient; shutdown 30s; exec ${WORKER} log=log \
		    fork ignore=TERM say=forked end wait=go exit=0 }
	END
	start_tree_ready
	eventually log_has forked b
	touch go
	wait_record event=exited child=b
	kill -s TERM "$PID"
	wait_record event=waiting child=b "pid=$(child_pid b)" remains=true
	[[ $(field left_ms event=waiting child=b) -gt 20000 ]]
	kill -s KILL "$(awk '/^forked b/ { print $3 }' log)"
	wait_record event=waiting child=a "pid=$(child_pid a)" remains=true
	assert_record event=exited child=a
	kill -s KILL "$(awk '/^forked a/ { print $3 }' log)"
	wait_tree
	assert_status 0
}

@test "U11: run: somebody who waits for what nobody owns is told as well" {
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} log=log \
		    daemon exec env -u SUPERVISE_NAME ${WORKER} ignore=TERM log=log say=stray ready=3 end }
	END
	start_tree_ready
	local stray
	stray=$(awk '/^stray/ { print $3 }' log)
	kill -s TERM "$PID"
	wait_record event=waiting "pid=$stray"
	refute_record event=waiting child=a
	wait_tree
	assert_status 0
}

@test "U11: run: other signals are ignored, WINCH without a word" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	local signal
	for signal in WINCH USR2 ALRM PIPE CONT RTMIN RTMAX; do
		kill -s $signal "$PID"
	done
	wait_record event=signal signal=USR2 action=ignored
	wait_record event=signal signal=RTMAX action=ignored
	stop_tree
	assert_status 0
	refute_record event=signal signal=WINCH
	assert_equal "$(count_records event=started child=a)" 1
}

@test "U11: run: under nohup HUP does nothing" {
	conf <<<"worker a { exec $WORKER }"
	UNDER=(nohup)
	start_tree_ready
	kill -s HUP "$PID"
	kill -s USR2 "$PID"
	wait_record event=signal signal=USR2
	refute_record event=signal signal=HUP
	stop_tree
	assert_status 0
}

@test "U11: exec: TERM, INT and QUIT stop the command with that very signal" {
	local signal number
	while read -r signal number; do
		start exec --log-format text -- "$WORKER" log=log
		wait_log start worker
		rm log
		stop_tree "$signal"
		assert_status $((128 + number))
		assert_record event=stopping child=worker "signal=$signal"
		assert_record event=exited child=worker reason=shutdown
	done <<-'END'
		TERM 15
		INT 2
		QUIT 3
	END
}

@test "U11: exec: every other signal is passed to the command's group, once" {
	local signal words=() i
	for signal in HUP USR1 USR2 ALRM WINCH RTMIN+1 RTMIN+30; do
		words+=("on=$signal:say=$signal")
	done
	start exec -- "$WORKER" "${words[@]}" log=log fork log=log end
	eventually has_lines 2 log
	for signal in HUP USR1 USR2 ALRM WINCH RTMIN+1 RTMIN+30; do
		kill -s $signal "$PID"
		eventually grep -c "^$signal" log
	done
	stop_tree
	assert_status 143
	for signal in HUP USR1 USR2 ALRM WINCH RTMIN+1 RTMIN+30; do
		assert_equal "$signal $(grep -cF "$signal " log)" "$signal 2"
	done
}

has_lines() {
	[[ -e $2 && $(wc -l <"$2") -ge $1 ]]
}

@test "U11: exec: a second stop signal kills at once" {
	start exec -- "$WORKER" on=INT:say=asked log=log
	wait_log start worker
	kill -s INT "$PID"
	wait_log asked worker
	stop_tree INT
	assert_status 137
}

@test "U11: exec: a signal while the command is down ends the waiting" {
	start exec --log-format text -- "$WORKER" log=log fork on=TERM:say=asked say=forked end
	eventually log_has forked worker
	kill -s KILL "$(child_pid worker)"
	wait_record event=restarting
	wait_log asked worker
	kill -s TERM "$PID"
	wait_record event=signal signal=TERM
	kill -s KILL "$(awk '/^forked/ { print $3 }' log)"
	wait_tree
	refute_record event=started run=2
	assert_status 137
}

@test "U11: a signal that comes before the tree has started stops it" {
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} log=log }
		worker b { exec ${WORKER} }
	END
	start_tree
	wait_log start a
	stop_tree INT
	assert_status 0
	refute_record event=started child=b
}

@test "U11: a stopped engine hears a stop, and the second one ends it" {
	conf <<-'END'
		worker a { shutdown infinity; ready fd 3; exec ${WORKER} log=log on=TERM:say=asked ready=3 daemon end }
	END
	start_tree_ready
	hold "$(engine_pid)"
	kill -s TERM "$PID"
	wait_log asked a
	hold "$(engine_pid)"
	kill -s TERM "$PID"
	wait_tree
	assert_status 0
}

@test "U11: an engine that is held for ever is killed after the second stop" {
	conf <<-'END'
		worker a { shutdown infinity; ready fd 3; exec ${WORKER} log=log on=TERM:say=asked ready=3 daemon end }
	END
	start_tree_ready
	local engine
	engine=$(engine_pid)
	kill -s TERM "$PID"
	wait_log asked a
	hold "$PID"
	kill -s TERM "$PID"
	"${WORKER%/*}/tracer" "$engine" >traced 3>&- &
	local tracer=$! status=0
	eventually grep -q held traced || status=$?
	kill -s CONT "$PID"
	wait_tree
	if [[ $status -ne 0 ]]; then
		wait "$tracer" || status=$?
		[[ $status -ne 77 ]] || skip "no process may be traced here"
		fail "the engine is not held: $status"
	fi
	wait "$tracer"
	assert_status 0
	assert_record event=engine_died reason=killed
}
