#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
#
# Who is restarted together: one_for_one, one_for_all, rest_for_one.

load test_helper

# Lets several children die while the engine does not look, so that it sees
# all of these deaths at once and in this order.
kill_unseen() {
	local engine child pid
	engine=$(engine_pid)
	hold "$engine"
	for child; do
		pid=$(child_pid "$child")
		kill -s KILL "$pid"
		eventually ended "$pid"
	done
	kill -s CONT "$engine"
}

@test "S29: one_for_one starts the dead child alone again" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	kill -s SEGV "$(child_pid b)"
	wait_record event=started child=b run=2
	assert_story <<-'END'
		starting root
		started a
		started b
		started c
		started root
		exited b signal:SEGV
		report b signal:SEGV
		restarting b
		started b
	END
	assert_equal "$(field strategy event=restarting)" one_for_one
}

@test "S30: one_for_all stops the others in reverse order and starts all in order" {
	conf <<-'END'
		strategy one_for_all
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	kill -s SEGV "$(child_pid a)"
	wait_record event=started child=c run=2
	assert_story exited restarting stopping started <<-'END'
		started a
		started b
		started c
		started root
		exited a signal:SEGV
		restarting a
		stopping c
		exited c shutdown
		stopping b
		exited b shutdown
		started a
		started b
		started c
	END
	assert_equal "$(field strategy event=restarting)" one_for_all
}

@test "S30: in a group each start waits for the one before, as at boot" {
	conf <<-'END'
		strategy one_for_all
		worker a { ready fd 3; exec ${WORKER} log=log sleep=50 say=ready ready=3 }
		worker b { ready fd 3; exec ${WORKER} log=log say=ready ready=3 }
	END
	start_tree_ready
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=b run=2
	assert_log <<-'END'
		start a 1
		ready a 1
		start b 1
		ready b 1
		start a 2
		ready a 2
		start b 2
		ready b 2
	END
}

@test "S31: rest_for_one restarts the dead child and those after it" {
	conf <<-'END'
		strategy rest_for_one
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
		worker d { exec ${WORKER} }
	END
	start_tree_ready
	kill -s SEGV "$(child_pid b)"
	wait_record event=started child=d run=2
	assert_story exited restarting stopping started <<-'END'
		started a
		started b
		started c
		started d
		started root
		exited b signal:SEGV
		restarting b
		stopping d
		exited d shutdown
		stopping c
		exited c shutdown
		started b
		started c
		started d
	END
	assert_equal "$(field strategy event=restarting)" rest_for_one
}

@test "S32: the dead child takes no part in the stopping and starts at its place" {
	conf <<-'END'
		strategy one_for_all
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
		worker d { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=d run=2
	assert_story stopping started <<-'END'
		started a
		started b
		started c
		started d
		started root
		stopping d
		stopping c
		stopping a
		started a
		started b
		started c
		started d
	END
}

@test "S33: the restart of a group counts as one" {
	conf <<-'END'
		strategy one_for_all
		max_restarts 2
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=c run=2
	assert_equal "$(field restarts event=restarting)" 1
	kill -s KILL "$(child_pid b)"
	wait_record event=started child=c run=3
	assert_equal "$(field restarts event=restarting)" 2
	stop_tree
	assert_status 0
}

@test "S34: temporary children of the group are stopped and forgotten" {
	conf <<-'END'
		strategy one_for_all
		worker a { exec ${WORKER} }
		worker t { restart temporary; exec ${WORKER} }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=b run=2
	assert_story stopping exited removed started <<-'END'
		started a
		started t
		started b
		started root
		exited a killed
		stopping b
		exited b shutdown
		stopping t
		exited t shutdown
		removed t
		started a
		started b
	END
}

@test "S35: a group start brings back those that were not running" {
	conf <<-'END'
		strategy one_for_all
		worker finished { restart transient; exec ${WORKER} run=1 exit=0 end }
		worker unneeded { ready fd 3; exec ${WORKER} run=1 exit=0 end ready=3 }
		worker a        { exec ${WORKER} }
	END
	start_tree_ready
	wait_record event=exited child=finished
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=a run=2
	assert_record event=started child=finished run=2
	assert_record event=started child=unneeded run=2
	refute_record event=stopping
}

@test "S36: rest_for_one leaves those before the dead child stopped" {
	conf <<-'END'
		strategy rest_for_one
		worker finished { restart transient; exec ${WORKER} exit=0 }
		worker a        { exec ${WORKER} }
		worker later    { restart transient; exec ${WORKER} run=1 exit=0 end }
	END
	start_tree_ready
	wait_record event=exited child=finished
	wait_record event=exited child=later
	kill -s KILL "$(child_pid a)"
	wait_record event=started child=later run=2
	stop_tree
	refute_record event=started child=finished run=2
}

@test "S37: a member of the group that is dead already is taken as stopped" {
	conf <<-'END'
		strategy one_for_all
		max_restarts 1
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { exec ${WORKER} }
	END
	start_tree_ready
	kill_unseen a c
	wait_record event=started child=c run=2
	stop_tree
	assert_status 0
	assert_equal "$(count_records event=restarting)" 1
	assert_record event=exited child=c run=1 reason=killed
	assert_record event=report child=c context=shutdown_error reason=killed
	refute_record event=stopping child=c run=1
	refute_record event=started child=c run=3
}

@test "S37: one that ends while the group is stopped is not restarted separately" {
	conf <<-'END'
		strategy one_for_all
		max_restarts 1
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { ready fd 3; shutdown infinity
		    exec ${WORKER} run=1 on=TERM:say=asked log=log end ready=3 }
	END
	start_tree_ready
	kill -s KILL "$(child_pid a)"
	wait_log asked c
	kill -s KILL "$(child_pid b)"
	wait_record event=exited child=b
	kill -s KILL "$(child_pid c)"
	wait_record event=started child=c run=2
	stop_tree
	assert_equal "$(count_records event=restarting)" 1
	assert_record event=report child=b context=shutdown_error reason=killed
}

@test "S38: a death outside of the group is a restart of its own, afterwards" {
	conf <<-'END'
		strategy rest_for_one
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
		worker c { ready fd 3; shutdown infinity
		    exec ${WORKER} run=1 on=TERM:say=asked log=log end ready=3 }
	END
	start_tree_ready
	kill -s KILL "$(child_pid b)"
	wait_log asked c
	kill -s KILL "$(child_pid a)"
	wait_record event=exited child=a
	kill -s KILL "$(child_pid c)"
	wait_record event=started child=c run=3
	assert_story exited restarting stopping started <<-'END'
		started a
		started b
		started c
		started root
		exited b killed
		restarting b
		stopping c
		exited a killed
		exited c killed
		started b
		started c
		restarting a
		stopping c
		exited c shutdown
		stopping b
		exited b shutdown
		started a
		started b
		started c
	END
	assert_equal "$(field restarts event=restarting)" 2
}

@test "S40: a nested supervisor stops its subtree before it starts again" {
	conf <<-'END'
		supervisor s {
		    max_restarts 0
		    worker a { exec ${WORKER} }
		    supervisor t {
		        worker b { exec ${WORKER} }
		        worker c { exec ${WORKER} }
		    }
		    worker d { exec ${WORKER} }
		}
	END
	start_tree_ready
	kill -s KILL "$(child_pid s/d)"
	wait_record event=started supervisor=s run=2
	assert_story exited gave_up stopping ended restarting starting started <<-'END'
		starting root
		starting s
		started s/a
		starting s/t
		started s/t/b
		started s/t/c
		started s/t
		started s/d
		started s
		started root
		exited s/d killed
		gave_up s/d killed
		stopping s/t/c
		exited s/t/c shutdown
		stopping s/t/b
		exited s/t/b shutdown
		ended s/t shutdown
		stopping s/a
		exited s/a shutdown
		ended s shutdown
		restarting s
		starting s
		started s/a
		starting s/t
		started s/t/b
		started s/t/c
		started s/t
		started s/d
		started s
	END
}

@test "S40: a new incarnation has again what the old one had forgotten" {
	conf <<-'END'
		supervisor s {
		    max_restarts 0
		    worker a { restart temporary; exec ${WORKER} run=1 exit=0 end }
		    worker b { exec ${WORKER} }
		}
	END
	start_tree_ready
	wait_record event=removed child=s/a
	kill -s KILL "$(child_pid s/b)"
	wait_record event=started supervisor=s run=2
	assert_record event=started child=s/a run=2
}

@test "S41: two deaths at once are two restarts under one_for_one" {
	conf <<-'END'
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill_unseen a b
	wait_record event=started child=a run=2
	wait_record event=started child=b run=2
	assert_equal "$(count_records event=restarting)" 2
}

@test "S41: two deaths at once are one restart under one_for_all" {
	conf <<-'END'
		strategy one_for_all
		worker a { exec ${WORKER} }
		worker b { exec ${WORKER} }
	END
	start_tree_ready
	kill_unseen b a
	wait_record event=started child=b run=2
	stop_tree
	assert_equal "$(count_records event=restarting)" 1
}

@test "S41: under rest_for_one it depends on which of them is seen first" {
	conf <<-'END'
		supervisor one {
		    strategy rest_for_one
		    worker a { exec ${WORKER} }
		    worker b { exec ${WORKER} }
		}
		supervisor two {
		    strategy rest_for_one
		    worker a { exec ${WORKER} }
		    worker b { exec ${WORKER} }
		}
	END
	start_tree_ready
	kill_unseen one/a one/b two/b two/a
	wait_record event=started child=one/b run=2
	wait_record event=started child=two/b run=3
	stop_tree
	assert_equal "$(count_records event=restarting supervisor=one)" 1
	assert_equal "$(count_records event=restarting supervisor=two)" 2
}
