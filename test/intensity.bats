#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# How many restarts are too many: max_restarts within max_seconds.

load test_helper

# Kills a child and waits for its next run.
restart_by_kill() {
	local run
	run=$(field run event=started "child=$1")
	kill -s KILL "$(child_pid "$1")"
	wait_record event=started "child=$1" "run=$((run + 1))"
}

@test "S5: three restarts in five seconds are the default, the fourth is too many" {
	conf <<<"worker a { exec $WORKER }"
	start_tree_ready
	restart_by_kill a
	restart_by_kill a
	restart_by_kill a
	kill -s KILL "$(child_pid a)"
	wait_tree
	assert_status 1
	assert_equal "$(count_records event=started child=a)" 4
	assert_record event=gave_up supervisor=root child=a reason=killed \
		restarts=4 max_restarts=3 max_seconds=5
	assert_record event=restarting strategy=one_for_one
}

@test "S42: the restarts of all children of a supervisor are counted together" {
	conf <<-'END'
		max_restarts 2
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	restart_by_kill a
	restart_by_kill b
	kill -s KILL "$(child_pid c)"
	wait_tree
	assert_status 1
	assert_record event=gave_up child=c restarts=3 max_restarts=2
}

@test "S43: with max_restarts 0 the first death is too many" {
	conf <<-'END'
		max_restarts 0
		worker a { exec ${WORKER} exit=3 }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_equal "$(count_records event=started child=a)" 1
	refute_record event=restarting
	assert_record event=gave_up restarts=1 max_restarts=0
}

@test "S44: of a refused restart not even the stopping is done as such" {
	conf <<-'END'
		strategy rest_for_one
		max_restarts 0
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid b)"
	wait_tree
	assert_story exited restarting gave_up stopping started ended <<-'END'
		started a
		started b
		started c
		started root
		exited b killed
		gave_up b killed
		stopping c
		exited c shutdown
		stopping a
		exited a shutdown
		ended root shutdown
	END
}

@test "S46: each restart expires by itself, and success in between resets nothing" {
	conf <<-'END'
		max_restarts 2
		max_seconds 1
		worker a { exec ${WORKER} }
	END
	start_tree_ready
	# Never more than two in one second, and no second without one.
	restart_by_kill a
	sleep 0.6
	restart_by_kill a
	sleep 0.6
	restart_by_kill a
	sleep 0.6
	restart_by_kill a
	stop_tree
	assert_status 0
}

@test "S47: every failed attempt to restart counts as a restart" {
	ln -s "$WORKER" program
	conf <<-'END'
		max_restarts 3
		worker a { exec ./program }
	END
	start_tree_ready
	rm program
	kill -s KILL "$(child_pid a)"
	wait_tree
	assert_status 1
	assert_story restarting start_failed gave_up <<-'END'
		restarting a
		start_failed a start:ENOENT
		restarting a
		start_failed a start:ENOENT
		restarting a
		start_failed a start:ENOENT
		gave_up a start:ENOENT
	END
}

@test "S48: the boot is not counted" {
	conf <<-'END'
		max_restarts 0
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		supervisor s { max_restarts 0; worker c { exec ${WORKER} } }
	END
	start_tree_ready
	stop_tree
	assert_status 0
}

@test "S49: giving up: report, report, then the others stop in reverse order" {
	conf <<-'END'
		max_restarts 0
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	kill -s SEGV "$(child_pid b)"
	wait_tree
	assert_status 1
	assert_story exited report gave_up stopping ended <<-'END'
		exited b signal:SEGV
		report b signal:SEGV
		report b reached_max_restart_intensity
		gave_up b signal:SEGV
		stopping c
		exited c shutdown
		stopping a
		exited a shutdown
		ended root shutdown
	END
	assert_record event=report child=b context=child_terminated
	assert_record event=report child=b context=shutdown
}

@test "S50: a new incarnation of a supervisor has an empty count" {
	conf <<-'END'
		max_restarts 2
		supervisor s {
		    max_restarts 1
		    worker a { exec ${WORKER} }
		}
	END
	start_tree_ready
	restart_by_kill s/a
	kill -s KILL "$(child_pid s/a)"
	wait_record event=started supervisor=s run=2
	restart_by_kill s/a
	assert_equal "$(field restarts event=restarting supervisor=s)" 1
	stop_tree
	assert_status 0
}

@test "D4: a restart counts as long as it is no older than max_seconds" {
	conf <<-'END'
		max_restarts 100
		max_seconds 1
		worker a { ready after 240ms; exec ${WORKER} sleep=290 exit=1 }
	END
	start_tree
	eventually has_records 9 event=restarting
	stop_tree
	# What each record says is compared with the times of those before it,
	# but for those that may be on either side by their rounding.
	records event=restarting | awk '
		{
			split($1, clock, /[T:Z]/)
			now = clock[2] * 3600 + clock[3] * 60 + clock[4]
			at[NR] = now
			expected = unsure = 0
			for (i = 1; i <= NR; i++) {
				age = (now - at[i] + 86400) % 86400
				if (age > 0.99 && age < 1.01)
					unsure = 1
				expected += age <= 1
			}
			match($0, / restarts=[0-9]+/)
			told = substr($0, RSTART + 10, RLENGTH - 10)
			if (!unsure && told != expected) {
				print "not " expected ": " $0
				wrong = 1
			}
		}
		END { exit wrong }'
}
