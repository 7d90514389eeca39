#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# kill -9 for supervise itself: the guardian, the engine, the witness, all.

load test_helper

# A tree with a bit of everything: groups, daemons, the stopped, the deaf.
rich_tree() {
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} log=log \
		    fork say=up end daemon say=up end say=up ready=3 }
		supervisor s {
		    strategy one_for_all
		    worker b { shutdown 500ms; ready fd 3; exec ${WORKER} log=log \
		        ignore=TERM fork ignore=TERM say=up end daemon ignore=TERM say=up end say=up ready=3 }
		    worker c { exec ${WORKER} log=log say=up }
		}
	END
	start_tree_ready
	eventually all_up 7
}

all_up() {
	[[ $(grep -c '^up' log) -ge $1 ]]
}

@test "U8: without its guardian the engine stops everything in order and ends" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$PID"
	eventually none_marked
	wait_tree
	assert_record event=guardian_died
	assert_story stopping exited ended <<-'END'
		stopping b
		exited b shutdown
		stopping a
		exited a shutdown
		ended root shutdown
	END
}

# A child that says when it is asked to stop, and does not.
start_patient() {
	conf <<-'END'
		worker a { shutdown infinity; ready fd 3
		    exec ${WORKER} log=log on=TERM:say=asked ready=3 }
	END
	start -S ./sock run
	wait_record event=started supervisor=root
}

@test "U11: without its guardian the engine takes the signals that stop" {
	start_patient
	local engine
	engine=$(engine_pid)
	kill -s KILL "$PID"
	wait_log asked a
	run supervise -S ./sock status --json
	assert_output "\"pid\":$engine"
	kill -s TERM "$engine"
	wait_record event=signal signal=TERM
	is_alive "$(child_pid a)"
	refute_record event=killing
	kill -s TERM "$engine"
	wait_record event=killing child=a
	eventually none_marked
	PID=
}

@test "U8: down waits for the end of what a killed guardian has left" {
	conf <<-'END'
		worker a { shutdown 500ms; ready fd 3; exec ${WORKER} log=log ignore=TERM ready=3 }
	END
	start -S ./sock run
	wait_record event=started supervisor=root
	kill -s KILL "$PID"
	wait_record event=guardian_died
	run -0 supervise -S ./sock down
	assert_record event=ended supervisor=root
	PID=
}

@test "U8: nothing is left after the guardian was killed" {
	rich_tree
	kill -s KILL "$PID"
	eventually none_marked
}

# A tree with a process that nothing tells from others: in a session of its
# own, without the environment, of a parent that has ended. Its pid: `stray`.
unmarked_tree() {
	conf <<-'END'
		worker a { shell 'env -i setsid sh -c "echo \$\$ >stray; exec sleep 1000" & exec ${WORKER}' }
		worker b { shell '(env -i setsid sh -c "sleep 1000 & echo \$! >stray2; exec sleep 1000" &); exec ${WORKER}' }
	END
	start_tree_ready
	eventually [ -s stray ]
	eventually [ -s stray2 ]
	STRAYS=$(cat stray stray2)
}

strays_gone() {
	local pid
	for pid in $STRAYS; do
		ended "$pid" || return
	done
}

@test "U3: what nothing tells from others is not left by a killed guardian" {
	unmarked_tree
	kill -s KILL "$PID"
	eventually strays_gone
	eventually none_marked
	assert_record event=ended supervisor=root reason=shutdown
	PID=
}

@test "U3: nor by guardian and engine killed together" {
	unmarked_tree
	kill -s KILL "$PID" "$(engine_pid)"
	eventually strays_gone
	eventually none_marked
	PID=
}

@test "U3: nor by engine and witness killed together" {
	unmarked_tree
	kill -s KILL "$(engine_pid)" "$(witness_pid)"
	eventually strays_gone
	wait_record event=engine_started
	eventually has_records 2 event=started supervisor=root
	stop_tree
	assert_status 0
	STRAYS=$(cat stray stray2)
	strays_gone
}

@test "U8: after the engine was killed a new one starts the tree again" {
	rich_tree
	local old engine
	old=$(marked_pids | grep -vx -e "$PID" -e "$(logger_pid)")
	engine=$(engine_pid)
	kill -s KILL "$engine"
	wait_record event=engine_died "pid=$engine" reason=killed
	wait_record event=engine_started
	eventually engine_pid
	assert_record event=engine_started "pid=$(engine_pid)"
	eventually all_up 14
	eventually has_records 2 event=started supervisor=root
	refute [ "$(engine_pid)" = "$engine" ]
	local pid
	for pid in $old; do
		refute is_alive "$pid"
	done
	stop_tree
	assert_status 0
}

@test "U8: an engine may be killed three times in five seconds, not four" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	local i
	for i in 2 3 4; do
		kill -s KILL "$(engine_pid)"
		eventually has_records $i event=started supervisor=root
	done
	kill -s KILL "$(engine_pid)"
	wait_tree
	assert_status 1
	assert_equal "$(count_records event=engine_started)" 3
	assert_equal "$(count_records event=engine_died)" 4
	assert_record event=error
}

@test "U8: nothing is left after guardian and engine were killed together" {
	rich_tree
	kill -s KILL "$PID" "$(engine_pid)"
	eventually none_marked
	PID=
}

@test "U8: nothing is left after the engine and then the guardian were killed" {
	rich_tree
	local engine
	engine=$(engine_pid)
	hold "$PID"
	kill -s KILL "$engine"
	kill -s KILL "$PID"
	eventually none_marked
	PID=
}

# Kills the witness, and waits for the next one.
replace_witness() {
	local witness
	witness=$(witness_pid)
	kill -s KILL "$witness"
	eventually ended "$witness"
	eventually witness_pid
	refute [ "$(witness_pid)" = "$witness" ]
}

@test "U8: the witness is replaced, and told from what is left over" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	replace_witness
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	stop_tree
	assert_status 0
	refute_record event=leftover
}

# next_witness OLD: sets `witness`, without a look at all processes.
next_witness() {
	local pid name
	for pid in $(<"/proc/$PID/task/$PID/children"); do
		[[ $pid != "$1" ]] || continue
		witness=$pid
		read -r name 2>/dev/null <"/proc/$pid/comm" || continue
		[[ $name != witness ]] || return 0
	done
	return 1
}

@test "U8: there is a witness again at once, however often it is killed" {
	conf <<<"worker a { exec $WORKER fork end }"
	start_tree_ready
	local engine witness begin i
	engine=$(engine_pid)
	witness=$(witness_pid)
	begin=$EPOCHSECONDS
	for i in {1..12}; do
		kill -s KILL "$witness"
		eventually next_witness "$witness"
	done
	[[ $((EPOCHSECONDS - begin)) -lt 10 ]]
	kill -s KILL "$PID" "$engine"
	eventually none_marked
	PID=
}

@test "U8: nothing is left after guardian and witness were killed together" {
	rich_tree
	kill -s KILL "$PID" "$(witness_pid)"
	eventually none_marked
	assert_record event=ended supervisor=root reason=shutdown
	PID=
}

@test "U8: who kills supervise by its name does not kill the witness" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	assert_equal "$(cat "/proc/$(engine_pid)/comm")" supervise
	assert_equal "$(cat "/proc/$(witness_pid)/comm")" witness
	refute grep -q supervise "/proc/$(witness_pid)/cmdline"
	replace_witness
	assert_equal "$(cat "/proc/$(witness_pid)/comm")" witness
	refute grep -q supervise "/proc/$(witness_pid)/cmdline"
	stop_tree
	assert_status 0
}

@test "U8: nothing is left after witness, guardian and engine were killed in turn" {
	rich_tree
	replace_witness
	replace_witness
	kill -s KILL "$PID" "$(engine_pid)"
	eventually none_marked
	PID=
}

@test "U8: the guardian's death is seen beside a witness that came later" {
	rich_tree
	replace_witness
	kill -s KILL "$PID"
	eventually none_marked
	assert_record event=guardian_died
	PID=
}

@test "U8: strays of a tree without witness and guardian do not hold up its end" {
	conf <<'END'
worker first { exec ${WORKER} }
worker a { shutdown 500ms; exec ${WORKER} daemon log=log end }
END
	start_tree_ready
	eventually log_has start a
	replace_witness
	kill -s KILL "$PID"
	wait_record event=ended supervisor=root
	assert_record event=leftover child=a
}

@test "U8: without the witness the guardian's death is still an ordered stop" {
	rich_tree
	hold "$PID"
	kill -s KILL "$(witness_pid)"
	kill -s KILL "$PID"
	eventually none_marked
	PID=
}

@test "U8: no child survives when all three of supervise are killed at once" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { ready fd 3; exec ${WORKER} ignore=TERM ignore=HUP ready=3 }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	hold "$(child_pid c)"
	kill -s KILL "$PID" "$(engine_pid)" "$(witness_pid)"
	eventually none_marked
	PID=
}

@test "U8: stopped children do not survive either" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { ready fd 3; exec ${WORKER} log=log fork say=forked ready=3 end }
	END
	start_tree_ready
	hold "$(child_pid a)"
	hold "$(awk '/^forked/ { print $3 }' log)"
	kill -s KILL "$PID"
	eventually none_marked
	PID=
}

@test "U8: a stop that was asked for holds after the engine was killed" {
	conf <<-'END'
		worker a { shutdown infinity; ready fd 3
		    exec ${WORKER} log=log on=TERM:say=asked ready=3 }
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_log asked a
	kill -s KILL "$(engine_pid)"
	wait_tree
	assert_status 0
	refute_record event=engine_started
}

@test "U8: so does one that was asked for by down, and who asked is told" {
	start_patient
	supervise -S ./sock down &
	local down=$!
	wait_log asked a
	kill -s KILL "$(engine_pid)"
	wait_tree
	wait "$down" || true
	assert_status 0
	refute_record event=engine_started
	assert_record event=request request=down "uid=$EUID"
	records event=request | grep -qF "/supervise -S ./sock down\" action="
}

@test "U8: children die with the engine although it had no time to tell them" {
	conf <<<"worker a { exec $WORKER dump=a }"
	start_tree_ready
	eventually [ -e a ]
	hold "$PID"
	local child
	child=$(child_pid a)
	kill -s KILL "$(engine_pid)"
	# Nobody but the kernel is there to do it.
	eventually ended "$child"
	kill -s CONT "$PID"
	wait_record event=engine_started
	stop_tree
	assert_status 0
}

@test "D5: the children of a killed engine are gone before its successor starts any" {
	conf <<-'END'
		worker a { shutdown 300ms; exec flock -n -E 77 lock ${WORKER} log=log ignore=TERM \
		    fork ignore=TERM end daemon ignore=TERM say=up end }
	END
	start_tree_ready
	wait_log up a
	kill -s KILL "$(engine_pid)"
	wait_record event=engine_started
	# The lock is free only if all of those that had it are gone.
	eventually all_up 2
	refute_record event=exited reason=exit:77
	stop_tree
	assert_status 0
}

@test "U8: a new engine reads the file again" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	conf <<<"worker b { exec $WORKER }"
	kill -s KILL "$(engine_pid)"
	wait_record event=started child=b
	stop_tree
	assert_status 0
	assert_equal "$(count_records event=started child=a)" 1
}

@test "U8: a new engine keeps the old file when the new one is wrong" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	conf <<<"worker a { exce $WORKER }"
	kill -s KILL "$(engine_pid)"
	eventually has_records 2 event=started child=a
	grep -q "supervise.conf:1:12: " records
	stop_tree
	assert_status 0
}

started_twice() {
	[[ $(grep -c '"event":"started","supervisor":"root"' records) -eq 2 ]]
}

@test "U8: which file a new engine runs, and what is wrong with it, is in records" {
	conf <<<"worker a { exec $WORKER }"
	start_tree --log-format json
	eventually grep -q '"event":"started","supervisor":"root"' records
	kill -s KILL "$(engine_pid)"
	eventually grep -q '"event":"engine_started".*"reread":true' records
	eventually started_twice
	conf <<<"worker a { exce $WORKER }"
	kill -s KILL "$(engine_pid)"
	eventually grep -q '"event":"engine_started".*"reread":false' records
	eventually grep -q '"event":"error","message":".*supervise.conf:1:12: ' records
	refute grep -qv '^{' records
	stop_tree
	assert_status 0
}

# limited PROCESSES: the program as a user who may have so many.
limited() {
	cat >limited <<-END
		#!/bin/bash
		ulimit -u $1
		exec setpriv --reuid=54321 --clear-groups "\$@"
	END
	chmod +x limited
	UNDER=(./limited)
	start_tree
	wait_tree
	assert_status 1
	grep -q 'cannot start the engine: Resource temporarily unavailable' records
	grep -q 'gave up: the engine cannot be started' records
	refute grep -q 'died' records
}

@test "U9: that no engine can be forked is said as it is" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	! is_sanitized || skip "the sanitizers need a thread"
	open_to_everybody
	conf <<<"worker a { exec true }"
	limited 1 # no logger
	limited 2 # no witness
	limited 3 # no engine
}

@test "U8: exec: the engine's death ends the command and starts it anew" {
	start exec --log-format text -- "$WORKER" log=log
	wait_log start worker
	kill -s KILL "$(engine_pid)"
	eventually has_records 2 event=started child=worker
	stop_tree
	assert_status 143
}

# with_friend: the program is executed by a shell that has a child already,
# whose pid is in the file `friend`, and whose own child leaves it behind.
with_friend() {
	cat >with_friend <<-'END'
		#!/bin/bash
		env -u TEST_TREE sleep 1000 &
		echo $! >friend
		exec "$@"
	END
	chmod +x with_friend
	UNDER+=(./with_friend)
}

end_friend() {
	kill -s KILL "$1"
	eventually ended "$1"
}

@test "U3: children that were there before supervise are left alone" {
	with_friend
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} log=log daemon ignore=TERM say=up end say=up ready=3 }
	END
	start_tree_ready
	eventually all_up 2
	local friend
	friend=$(cat friend)
	kill -s KILL "$(engine_pid)"
	wait_record event=engine_started
	eventually all_up 4
	is_alive "$friend"
	stop_tree
	assert_status 0
	is_alive "$friend"
	end_friend "$friend"
	refute_record event=leftover pid="$friend"
}

@test "U3: one that was there before may end before supervise" {
	with_friend
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	end_friend "$(cat friend)"
	eventually [ ! -e "/proc/$(cat friend)" ]
	stop_tree
	assert_status 0
}

@test "U3: what reads the output of supervise reads it to the end" {
	cat >to_cat <<-'END'
		#!/bin/bash
		exec "$@" > >(cat >said; echo end >>said)
	END
	chmod +x to_cat
	UNDER=(./to_cat)
	conf <<-'END'
		worker a { shell 'trap "echo last words; exit" TERM; echo first; sleep 1000 & wait' }
	END
	start_tree_ready
	eventually grep -q first said
	stop_tree
	assert_status 0
	eventually grep -q end said
	assert_file said "a | first" "a | last words" end
}

@test "U3: exec as well leaves alone what was there before" {
	with_friend
	start exec -- "$WORKER" log=log wait=friend exit=3
	wait_tree
	assert_status 3
	is_alive "$(cat friend)"
	end_friend "$(cat friend)"
}

@test "U3: PID 1 neither ends what was there before" {
	[[ $EUID -eq 0 ]] || skip "needs root"
	UNDER=(unshare --pid --fork --mount-proc)
	with_friend
	conf <<-'END'
		worker a { exec ${WORKER} log=log daemon log=log say=up end say=up }
	END
	start_tree_ready
	eventually all_up 2
	local first friend
	first=$(pgrep -P "$PID")
	friend=$(pgrep -P "$first" -x sleep)
	kill -s KILL "$(engine_pid "$first")"
	wait_record event=engine_started
	eventually all_up 4
	is_alive "$friend"
	assert_equal "$(pgrep -P "$first" -x sleep)" "$friend"
	kill -s TERM "$first"
	wait_tree
	assert_status 0
	eventually ended "$friend"
}
