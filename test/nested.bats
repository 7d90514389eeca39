#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Supervisors below supervisors: escalation, and stops of whole subtrees.

load test_helper

@test "S79: a supervisor that gave up is a child that died of shutdown" {
	conf <<-'END'
		max_restarts 1
		supervisor s { max_restarts 0; worker a { exec ${WORKER} run=1 exit=3 end } }
		worker b { exec ${WORKER} }
	END
	start_tree
	wait_record event=started supervisor=s run=2
	assert_story gave_up ended report restarting <<-'END'
		report s/a exit:3
		report s/a reached_max_restart_intensity
		gave_up s/a exit:3
		ended s shutdown
		report s shutdown
		restarting s
	END
	assert_record event=report supervisor=root child=s context=child_terminated
	assert_equal "$(field restarts event=restarting supervisor=root)" 1
	assert_equal "$(count_records event=started child=b)" 1
}

@test "S80: after giving up a transient supervisor stays down, its siblings live on" {
	conf <<-'END'
		max_restarts 0
		supervisor s { restart transient; max_restarts 0
		    worker a { exec ${WORKER} exit=3 } }
		worker b { exec ${WORKER} }
	END
	start_tree
	wait_record event=ended supervisor=s
	wait_record event=started supervisor=root
	stop_tree
	assert_status 0
	refute_record event=restarting
	refute_record event=removed
	refute_record event=report supervisor=root
	assert_record event=exited child=b reason=shutdown
}

@test "S80: after giving up a temporary supervisor is forgotten" {
	conf <<-'END'
		strategy one_for_all
		max_restarts 1
		supervisor s { restart temporary; max_restarts 0
		    worker a { exec ${WORKER} exit=3 } }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=removed supervisor=s
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=b run=2
	stop_tree
	assert_status 0
	assert_equal "$(count_records event=starting supervisor=s)" 1
}

@test "S81: with limits m and n it takes (m+1)(n+1) deaths" {
	conf <<-'END'
		max_restarts 1
		supervisor s { max_restarts 2; worker a { exec ${WORKER} exit=3 } }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_equal "$(count_records event=exited child=s/a)" 6
	assert_equal "$(count_records event=gave_up)" 3
}

@test "S82: a root that gives up ends with shutdown, supervise with 1" {
	conf <<-'END'
		max_restarts 0
		worker a { exec ${WORKER} exit=3 }
	END
	start_tree
	wait_tree
	assert_status 1
	assert_record event=ended supervisor=root reason=shutdown
}

@test "S68: a supervisor whose time is over kills what is left of its subtree" {
	conf <<-'END'
		supervisor s {
		    shutdown 300ms
		    worker a { shutdown infinity; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
		    supervisor t {
		        worker b { shutdown infinity; ready fd 3; exec ${WORKER} ignore=TERM ready=3 }
		    }
		    worker c { exec ${WORKER} }
		}
	END
	start_tree_ready
	stop_tree
	assert_status 0
	assert_record event=exited child=s/c reason=shutdown
	assert_record event=exited child=s/t/b reason=killed
	assert_record event=exited child=s/a reason=killed
	assert_record event=ended supervisor=s reason=killed
	refute_record event=stopping child=s/a
	assert_record event=report child=s context=shutdown_error reason=killed
}

@test "S68: a brutally killed supervisor takes its whole subtree with it at once" {
	conf <<-'END'
		supervisor s {
		    shutdown brutal_kill
		    worker a { exec ${WORKER} }
		    supervisor t { worker b { exec ${WORKER} } }
		}
	END
	start_tree_ready
	stop_tree
	assert_status 0
	refute_record event=stopping
	assert_record event=exited child=s/a reason=killed
	assert_record event=exited child=s/t/b reason=killed
	assert_record event=ended supervisor=s reason=killed
	refute_record event=report supervisor=root
}

@test "S78: a supervisor that is stopping restarts nothing" {
	conf <<-'END'
		supervisor s {
		    worker a { exec ${WORKER} }
		    worker b { shutdown infinity; ready fd 3
		        exec ${WORKER} on=TERM:say=asked log=log ready=3 }
		}
	END
	start_tree_ready
	kill -s TERM "$PID"
	wait_log asked s/b
	kill -s KILL "$(child_pid s/a)"
	wait_record event=exited child=s/a
	kill -s KILL "$(child_pid s/b)"
	wait_tree
	assert_status 0
	refute_record event=restarting
	assert_equal "$(count_records event=started child=s/a)" 1
}

@test "S78: nor one whose supervisor gives up while it restarts its children" {
	conf <<-'END'
		max_restarts 0
		supervisor s {
		    max_restarts 1000000
		    worker a { ready fd 3; exec ${WORKER} run=2-999999 exit=1 end ready=3 }
		}
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid s/a)"
	eventually has_records 3 event=start_failed child=s/a
	kill -s KILL "$(child_pid b)"
	wait_tree
	assert_status 1
	# Whatever was under way is over when the root has given up.
	assert_equal "$(awk '/event=gave_up supervisor=root/ { seen = 1 }
		seen && /event=restarting/ { n++ } END { print n + 0 }' records)" 0
}

@test "S38: supervisors work side by side" {
	conf <<-'END'
		supervisor s {
		    strategy one_for_all
		    worker a { exec ${WORKER} }
		    worker b { shutdown infinity; ready fd 3
		        exec ${WORKER} run=1 on=TERM:say=asked log=log end ready=3 }
		}
		supervisor t { worker c { exec ${WORKER} } }
	END
	start_tree_ready
	kill -s KILL "$(child_pid s/a)"
	wait_log asked s/b
	kill -s KILL "$(child_pid t/c)"
	wait_record event=started child=t/c run=2
	refute_record event=started child=s/a run=2
	kill -s KILL "$(child_pid s/b)"
	wait_record event=started child=s/b run=2
}
