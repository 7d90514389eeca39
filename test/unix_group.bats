#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# A child is a process group: what the leader forks, and what leaves the group.

load test_helper

# said WORD [RUN]: the pids of the workers that have said so.
said() {
	awk -v word="$1" -v run="${2-}" \
		'$1 == word && (run == "" || $4 == run) { print $3 }' log
}

@test "U1: a child leads a process group of its own" {
	conf <<-'END'
		worker a { exec ${WORKER} dump=a }
		worker b { exec ${WORKER} dump=b }
	END
	start_tree_ready
	eventually [ -e a ] && eventually [ -e b ]
	grep -qx "pgid $(child_pid a)" a
	grep -qx "pid $(child_pid a)" a
	grep -qx "pgid $(child_pid b)" b
}

@test "U1: what the leader forks belongs to the child; the leader's end is its end" {
	conf <<-'END'
		worker a { exec ${WORKER} log=log fork say=forked end fork say=forked end }
	END
	start_tree_ready
	eventually [ "$(said forked | wc -l)" -eq 2 ] ||
		eventually has_said 2 forked
	# The end of a member is no event.
	kill -s KILL "$(said forked | head -n 1)"
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	assert_equal "$(count_records event=exited)" 1
}

# has_said N WORD [RUN]
has_said() {
	[[ $(said "$2" "${3-}" | wc -l) -ge $1 ]]
}

@test "U2: what is left of the group is told to end when its leader has" {
	conf <<-'END'
		worker a { ready fd 3
		    exec ${WORKER} log=log fork on=TERM:say=asked:die say=forked ready=3 end }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	eventually has_said 1 asked 1
	assert_equal "$(said asked 1)" "$(said forked 1)"
	refute is_alive "$(said forked 1)"
}

@test "U2: the next run waits until the group is empty" {
	conf <<-'END'
		worker a { shutdown infinity; ready fd 3
		    exec ${WORKER} log=log fork on=TERM:say=asked say=forked ready=3 end }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	eventually has_said 1 asked 1
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=b run=2
	refute_record event=started child=a run=2
	kill -s KILL "$(said forked 1)"
	wait_record event=started child=a run=2
	kill -s KILL "$(said forked 2)"
}

@test "U2: what does not end within the shutdown time is killed" {
	conf <<-'END'
		worker a { shutdown 200ms; ready fd 3
		    exec ${WORKER} log=log fork ignore=TERM say=forked ready=3 end }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	refute is_alive "$(said forked 1)"
}

@test "U2: with brutal_kill what is left is killed at once" {
	conf <<-'END'
		worker a { shutdown brutal_kill; ready fd 3
		    exec ${WORKER} log=log fork on=TERM:say=asked say=forked ready=3 end }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	refute is_alive "$(said forked 1)"
	refute has_said 1 asked 1
}

@test "U2: stopped members are woken to end" {
	conf <<-'END'
		worker a { shutdown infinity; ready fd 3
		    exec ${WORKER} log=log fork say=forked ready=3 end }
	END
	start_tree_ready
	hold "$(said forked 1)"
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	refute is_alive "$(said forked 1)"
}

@test "U2: a member whose parent does not reap it holds up nothing" {
	conf <<-'END'
		worker a { shutdown 500ms; ready fd 3; exec ./family }
	END
	# The parent of the member is in a group of its own.
	cat >family <<-'END'
		#!/bin/sh
		exec "$WORKER" log=log fork join=self \
			fork join=$$ say=member ready=3 end say=parent end
	END
	chmod +x family
	start_tree_ready
	eventually has_said 1 parent
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	refute is_alive "$(said member 1)"
	refute is_alive "$(said parent 1)"
}

@test "U2: a group is gone before the next child of an ordered stop is told" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { shutdown infinity; ready fd 3
		    exec ${WORKER} log=log fork on=TERM:say=asked say=forked ready=3 end }
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_record event=exited child=b
	eventually has_said 1 asked
	refute_record event=stopping child=a
	kill -s KILL "$(said forked)"
	wait_tree
	assert_status 0
	assert_record event=exited child=a reason=shutdown
}

@test "U3: descendants that left the group are ended when the child is restarted" {
	conf <<-'END'
		worker a { ready fd 3
		    exec ${WORKER} log=log daemon say=daemon ready=3 end }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	assert_record event=leftover child=a "pid=$(said daemon 1)" signal=TERM
	refute is_alive "$(said daemon 1)"
	is_alive "$(said daemon 2)"
}

@test "U3: descendants that left the group are ended when the child is stopped" {
	conf <<-'END'
		strategy rest_for_one
		worker a { exec ${WORKER} }
		worker b { ready fd 3; shutdown 300ms
		    exec ${WORKER} log=log daemon ignore=TERM say=daemon ready=3 end }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=b run=2
	assert_record event=leftover child=b "pid=$(said daemon 1)" signal=TERM
	assert_record event=leftover child=b "pid=$(said daemon 1)" signal=KILL
	refute is_alive "$(said daemon 1)"
}

@test "U3: those of a sibling are left alone" {
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} log=log daemon say=of_a ready=3 end }
		worker b { ready fd 3; exec ${WORKER} log=log daemon say=of_b ready=3 end }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	is_alive "$(said of_b)"
	refute_record event=leftover child=b
}

@test "U3: a daemon that outlived its temporary child is ended with everything" {
	conf <<-'END'
		worker a { restart temporary; exec ${WORKER} log=log daemon say=daemon end exit=0 }
		worker b { exec ${WORKER} }
	END
	start_tree
	wait_record event=removed child=a
	stop_tree
	assert_status 0
	refute is_alive "$(said daemon)"
}

@test "U3: at the end even those go that cannot be told apart" {
	conf <<-'END'
		worker a { ready fd 3
		    exec ${WORKER} log=log daemon say=daemon ready=3 exec env -i ${WORKER} sleep=60000 end }
	END
	start_tree_ready
	local pid
	pid=$(said daemon)
	eventually has_no_mark "$pid"
	stop_tree
	assert_status 0
	assert_record event=leftover "pid=$pid"
	refute is_alive "$pid"
}

has_no_mark() {
	[[ ! -s /proc/$1/environ ]]
}
