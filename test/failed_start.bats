#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Restarts that fail: what is tried again, and from where.

load test_helper

# A worker whose runs from the second on fail until the file `mended` is there.
flawed() {
	cat <<-END
		worker $1 {
		    ready fd 3
		    shell 'if [ "\$SUPERVISE_RUN" -gt 1 ] && ! [ -e mended ]; then exit 1; fi
		           exec "\$WORKER" ready=3'
		}
	END
}

@test "S52: a failed attempt is repeated at once, until it succeeds" {
	conf <<-'END'
		max_restarts 10
		worker a { ready fd 3; exec ${WORKER} run=2-5 exit=1 end ready=3 }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=6
	assert_story exited restarting start_failed report started <<-'END'
		started a
		started root
		exited a killed
		report a killed
		restarting a
		exited a exit:1
		start_failed a exit:1
		report a exit:1
		restarting a
		exited a exit:1
		start_failed a exit:1
		report a exit:1
		restarting a
		exited a exit:1
		start_failed a exit:1
		report a exit:1
		restarting a
		exited a exit:1
		start_failed a exit:1
		report a exit:1
		restarting a
		started a
	END
	assert_record event=report child=a context=start_error reason=exit:1
	assert_equal "$(field restarts event=restarting)" 5
}

@test "S52: deaths of others are served between the attempts" {
	{
		echo "max_restarts 1000000"
		flawed a
		echo 'worker b { exec ${WORKER} }'
	} >supervise.conf
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	eventually has_records 2 event=start_failed child=a
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=b run=2
	touch mended
	wait_record event=started child=a
	eventually is_up_again a
	stop_tree
	assert_status 0
}

# Its last run has started.
is_up_again() {
	[[ $(records "child=$1" | grep -E ' event=(start_failed|started) ' |
		tail -n 1) == *event=started* ]]
}

@test "S53: one_for_all stops those that are up again and starts all again" {
	conf <<-'END'
		strategy one_for_all
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { ready fd 3; exec ${WORKER} run=2 exit=1 end ready=3 }
		worker d { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=d run=2
	assert_story exited restarting start_failed stopping started <<-'END'
		started a
		started b
		started c
		started d
		started root
		exited a killed
		restarting a
		stopping d
		exited d shutdown
		stopping c
		exited c shutdown
		stopping b
		exited b shutdown
		started a
		started b
		exited c exit:1
		start_failed c exit:1
		restarting c
		stopping b
		exited b shutdown
		stopping a
		exited a shutdown
		started a
		started b
		started c
		started d
	END
	assert_equal "$(field restarts event=restarting)" 2
}

@test "S54: rest_for_one goes on with the one that failed; those before stay up" {
	conf <<-'END'
		strategy rest_for_one
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { ready fd 3; exec ${WORKER} run=2 exit=1 end ready=3 }
		worker d { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=d run=2
	assert_story exited restarting start_failed stopping started <<-'END'
		started a
		started b
		started c
		started d
		started root
		exited b killed
		restarting b
		stopping d
		exited d shutdown
		stopping c
		exited c shutdown
		started b
		exited c exit:1
		start_failed c exit:1
		restarting c
		started c
		started d
	END
}

@test "S56: a restart that says ignore leaves the child down, without a retry" {
	conf <<-'END'
		worker a { ready fd 3; exec ${WORKER} log=log run=2 exit=0 end ready=3 }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=ignored child=a run=2
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=b run=2
	stop_tree
	assert_status 0
	refute_record event=start_failed
	refute_record event=removed
	assert_log <<-'END'
		start a 1
		start a 2
	END
}

@test "S57: in a group start those after the failing one wait until it is past" {
	{
		cat <<-'END'
			strategy rest_for_one
			max_restarts 1000000
			worker a { exec ${WORKER} }
		END
		flawed b
		echo 'worker c { exec ${WORKER} }'
	} >supervise.conf
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	eventually has_records 3 event=start_failed child=b
	assert_equal "$(count_records event=started child=c)" 1
	touch mended
	wait_record event=started child=c run=2
	stop_tree
	assert_status 0
	assert_equal "$(count_records event=started child=a)" 2
}

@test "S58: a nested boot that fails at a restart undoes what it had started" {
	conf <<-'END'
		max_restarts 3
		supervisor s {
		    max_restarts 0
		    worker a { exec ${WORKER} }
		    worker b { ready fd 3; exec ${WORKER} run=2-3 exit=1 end ready=3 }
		}
	END
	start_tree_ready
	kill -s KILL "$(child_pid s/a)"
	wait_record event=started supervisor=s run=4
	assert_story restarting start_failed stopping started ended <<-'END'
		started s/a
		started s/b
		started s
		started root
		stopping s/b
		ended s shutdown
		restarting s
		started s/a
		start_failed s/b exit:1
		stopping s/a
		ended s shutdown:failed_to_start_child
		start_failed s shutdown:failed_to_start_child
		restarting s
		started s/a
		start_failed s/b exit:1
		stopping s/a
		ended s shutdown:failed_to_start_child
		start_failed s shutdown:failed_to_start_child
		restarting s
		started s/a
		started s/b
		started s
	END
	assert_equal "$(field restarts event=restarting)" 3
}

@test "S19: failed boots of a nested supervisor count in the one above" {
	ln -s "$WORKER" program
	conf <<-'END'
		max_restarts 2
		supervisor s {
		    max_restarts 0
		    worker a { exec ./program }
		}
	END
	start_tree_ready
	rm program
	kill -s KILL "$(child_pid s/a)"
	wait_tree
	assert_status 1
	assert_story restarting start_failed gave_up <<-'END'
		gave_up s/a killed
		restarting s
		start_failed s/a start:ENOENT
		start_failed s shutdown:failed_to_start_child
		restarting s
		start_failed s/a start:ENOENT
		start_failed s shutdown:failed_to_start_child
		gave_up s shutdown:failed_to_start_child
	END
}
