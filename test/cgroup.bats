#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Control groups: a leaf for each worker, its life, limits, and doing without.

load test_helper
load control_helper

# Where groups of this test's processes would be made.
own_group() {
	local mount group
	mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	group=$(sed -n 's/^0:://p' /proc/self/cgroup)
	[[ -n $mount && -n $group ]] || return
	echo "$mount${group%/}"
}

# Sets FOLDER to where the groups of the program are to be; else skips.
needs_groups() {
	OWN=$(own_group) || skip "no cgroup v2 is mounted"
	{ mkdir "$OWN/test.$$" && rmdir "$OWN/test.$$"; } 2>/dev/null ||
		skip "no group can be made in $OWN"
}

# start_grouped: a tree that is ready, and FOLDER with its groups.
start_grouped() {
	start_tree_ready
	FOLDER=$OWN/supervise.$PID
}

# populated NAME N: whether the leaf says so.
populated() {
	grep -qx "populated $2" "$FOLDER/$1.worker/cgroup.events"
}

is_there() {
	[[ -e $1 ]]
}

teardown() {
	finish
	local status=$?
	[[ -z ${FOLDER-} || ! -e $FOLDER ]] || fail "$FOLDER is left" || return
	return $status
}

@test "cgroup: a leaf for each worker, kept over restarts, removed with it" {
	needs_groups
	conf <<-'END'
		cgroup
		supervisor web { worker api[2] { exec ${WORKER} } }
		worker done { exec true; restart temporary }
	END
	start_grouped
	wait_record event=exited child=done
	assert_equal "$(cat "$FOLDER/web:api.1.worker/cgroup.procs")" \
		"$(child_pid web/api.1)"
	local inode
	inode=$(stat -c %i "$FOLDER/web:api.0.worker")
	run -0 supervise restart web/api.0
	assert_equal "$(cat "$FOLDER/web:api.0.worker/cgroup.procs")" \
		"$(child_pid web/api.0)"
	assert_equal "$(stat -c %i "$FOLDER/web:api.0.worker")" "$inode"
	eventually refute is_there "$FOLDER/done.worker"
	run -0 supervise stop web/api.0
	assert_equal "$(cat "$FOLDER/web:api.0.worker/cgroup.procs")" ""
	run -0 supervise delete web/api.0
	eventually refute is_there "$FOLDER/web:api.0.worker"
	stop_tree
	assert_status 0
}

@test "without cgroup, memory, pids or cpu no group is made" {
	needs_groups
	conf <<<'worker w { exec ${WORKER} }'
	start_grouped
	refute is_there "$FOLDER"
}

@test "U3: who left the process group is ended with the run, by its leaf" {
	needs_groups
	# Neither an orphan nor marked: its parent lives, and has no environment.
	conf <<-'END'
		cgroup
		worker a {
		    shutdown 300ms
		    shell 'setsid env -i sh -c "trap \"\" TERM; env -i sleep 1000 & wait; wait" & exec sleep 1000'
		}
		worker b { exec ${WORKER} }
	END
	start_grouped
	eventually has_three
	run -0 supervise restart a
	assert_record event=leftover child=a signal=TERM
	wait_record event=started child=a run=2
	# All of the first run had gone before the second began.
	refute_record event=started child=b run=2
	has_no_old
}

has_three() {
	[[ $(wc -l <"$FOLDER/a.worker/cgroup.procs") -eq 3 ]]
}

# Who is in the leaf is in the session of the present run, or started by it.
has_no_old() {
	[[ $(wc -l <"$FOLDER/a.worker/cgroup.procs") -le 3 ]]
}

@test "U3: brutal_kill ends what left the group at once" {
	needs_groups
	conf <<-'END'
		cgroup
		worker a {
		    shutdown brutal_kill
		    shell 'setsid sh -c "trap \"\" TERM; sleep 1000 & wait; wait" & exec sleep 1000'
		}
	END
	start_grouped
	eventually has_three
	run -0 supervise stop a
	populated a 0
	assert_record event=leftover child=a signal=KILL
}

@test "U8: an engine that is killed leaves no group; its successor makes them" {
	needs_groups
	conf <<<'cgroup; worker a { exec ${WORKER} }'
	start_grouped
	kill -s KILL "$(engine_pid)"
	wait_record event=engine_started
	eventually has_records 2 event=started supervisor=root
	assert_equal "$(cat "$FOLDER/a.worker/cgroup.procs")" "$(child_pid a)"
}

@test "U8: without the guardian the engine removes the groups" {
	needs_groups
	conf <<<'cgroup; worker a { exec ${WORKER} }'
	start_grouped
	kill -s KILL "$PID"
	wait_tree
	eventually refute is_there "$FOLDER"
}

@test "the folder of a supervisor that was killed is removed by the next" {
	needs_groups
	local left
	# The number of a process that has ended.
	true &
	left=$OWN/supervise.$!
	wait $!
	mkdir -p "$left/old.worker"
	conf <<<'cgroup; worker a { exec ${WORKER} }'
	start_grouped
	refute is_there "$left"
}

@test "a run that made groups in its leaf keeps nothing from starting" {
	needs_groups
	conf <<<'cgroup; worker a { exec ${WORKER} }'
	start_grouped
	mkdir "$FOLDER/a.worker/below"
	sleep 1000 3>&- &
	echo $! >"$FOLDER/a.worker/below/cgroup.procs"
	run -0 supervise restart a
	# It was no process of ours, but it was in there.
	wait_record event=started child=a run=2
	refute kill -0 $!
}

@test "cgroup PATH: groups are made there" {
	needs_groups
	mkdir "$OWN/test.$$"
	conf <<<"cgroup $OWN/test.$$; worker a { exec $WORKER }"
	start_tree_ready
	assert_equal \
		"$(cat "$OWN/test.$$/supervise.$PID/a.worker/cgroup.procs")" \
		"$(child_pid a)"
	stop_tree
	rmdir "$OWN/test.$$"
}

@test "no group can be made: it is told once, whose limits are not in force, and all else works" {
	conf <<-'END'
		cgroup /nowhere
		worker a { exec ${WORKER}; memory 10M }
		worker b { exec ${WORKER}; pids 3; cpu 10% }
	END
	start_tree_ready
	assert_equal "$(count_records event=warning)" 3
	grep -q 'message="b: its limits are not in force' records
	grep -q 'message="workers have no control groups.*/nowhere: No such file' \
		records
	run -0 supervise restart a
	assert_equal "$(count_records event=warning)" 3
	# There is nothing that a restart would change.
	sed -i 's/10M/11M/; s/pids 3/pids 4/' supervise.conf
	run -0 supervise reload
	refute_record event=started child=b run=2
	stop_tree
	assert_status 0
}

# can_limit CONTROLLER...: they are there, and can be handed on.
can_limit() {
	local controller
	needs_groups
	for controller; do
		grep -qw "$controller" "$OWN/cgroup.controllers" ||
			skip "$OWN has no controller $controller"
		[[ ! -e $OWN/cgroup.type ]] ||
			grep -qw "$controller" "$OWN/cgroup.subtree_control" ||
			skip "$OWN does not hand on $controller"
	done
}

@test "a controller that is missing is told once of each child, by name" {
	needs_groups
	! grep -qw pids "$OWN/cgroup.controllers" ||
		skip "$OWN has the controller pids"
	conf <<-'END'
		worker a { exec ${WORKER}; pids 10 }
		worker b { exec ${WORKER}; pids 10 }
	END
	start_grouped
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	assert_equal "$(count_records event=warning)" 2
	grep -q 'message="a: its limit of pids is not in force' records
	grep -q 'message="b: its limit of pids is not in force' records
	populated a 1
	populated b 1
}

@test "limits are in force, and a reload changes them in place" {
	can_limit memory pids cpu
	conf <<<'worker a { exec ${WORKER}; memory 50M high 40M; pids 9; cpu 50% }'
	start_grouped
	assert_equal "$(cat "$FOLDER/a.worker/memory.max")" 52428800
	assert_equal "$(cat "$FOLDER/a.worker/memory.high")" 41943040
	assert_equal "$(cat "$FOLDER/a.worker/pids.max")" 9
	assert_equal "$(cat "$FOLDER/a.worker/cpu.max")" "50000 100000"
	sed -i 's/50M high 40M/60M/; s/ pids 9;//; s/50%/weight 7/' supervise.conf
	run -0 supervise reload
	assert_equal "$(cat "$FOLDER/a.worker/memory.max")" 62914560
	assert_equal "$(cat "$FOLDER/a.worker/memory.high")" max
	assert_equal "$(cat "$FOLDER/a.worker/pids.max")" max
	assert_equal "$(cat "$FOLDER/a.worker/cpu.max")" "max 100000"
	assert_equal "$(cat "$FOLDER/a.worker/cpu.weight")" 7
	refute_record event=started child=a run=2
}

@test "D7: a first limit restarts a worker that has no leaf" {
	needs_groups
	conf <<<'worker a { exec ${WORKER} }'
	start_grouped
	sed -i 's/}$/; memory 50M }/' supervise.conf
	run -0 supervise reload
	wait_record event=started child=a run=2
	assert_equal "$(cat "$FOLDER/a.worker/cgroup.procs")" "$(child_pid a)"
	sed -i 's/50M/60M/' supervise.conf
	run -0 supervise reload
	run -0 supervise spec a
	assert_output $'\tmemory 60M'
	refute_record event=started child=a run=3
}

@test "an end for want of memory is told: exited, why, the report" {
	can_limit memory
	conf <<-'END'
		max_restarts 1
		worker a { memory 20M swap 0; shell 'x=$(yes | head -c 200M); sleep 1000' }
	END
	start_tree
	FOLDER=$OWN/supervise.$PID
	eventually has_record event=exited child=a oom=true memory=20M
	wait_tree
	assert_status 1
	grep "killed by the kernel: out of memory (memory 20M)" records
}

@test "U27: of two that replace one another each has its leaf" {
	needs_groups
	cat >slow.sh <<-'END'
		trap 'until test -e end; do sleep 0.01; done; exit' TERM
		echo >&3
		while :; do sleep 0.01; done
	END
	conf <<<'cgroup; worker a { ready fd 3; shutdown 60s; exec sh slow.sh }'
	start_grouped
	run -0 supervise replace a
	wait_record event=stopping child=a run=1
	echo 1 >"$FOLDER/a.worker/cgroup.kill"
	wait_record event=exited child=a run=1 reason=killed
	run -0 supervise pid a
	grep -qx "$output" "$FOLDER"/a#*.worker/cgroup.procs
	refute_record event=exited run=2
	touch end
	stop_tree
	assert_status 0
}

@test "a reload that has groups made elsewhere says that it does not" {
	needs_groups
	conf <<<'cgroup; worker a { exec ${WORKER} }'
	start_grouped
	conf <<<'cgroup /nowhere; worker a { exec ${WORKER} }'
	run -0 supervise reload
	wait_record event=warning
	grep -q 'message="cgroup /nowhere: control groups are made elsewhere only when' records
	stop_tree
	assert_status 0
}
